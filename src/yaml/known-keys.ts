import { z } from 'zod';

type Schema = Record<string, unknown>;

/**
 * Keys that a schema knows at a path, of all its alternatives there. For hints: where the way is lost, there are none.
 * @param path from the document's root
 */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((one) => Object.keys(asSchema(one['properties']) ?? {})))];
}

/** The same of words that may stand at a path; empty where anything else may. */
export function knownWords(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const words = schemasAt(schema, path).flatMap((one) => ('const' in one ? [one['const']] : (one['enum'] ?? [])));
  return [...new Set(words)].filter((word) => typeof word === 'string');
}

/** Made once: a document with a thousand unknown keys asks a thousand times. */
const DOCUMENTS = new WeakMap<z.ZodType, Schema>();

function documentOf(schema: z.ZodType): Schema {
  const known = DOCUMENTS.get(schema);
  if (known !== undefined) return known;
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  DOCUMENTS.set(schema, made);
  return made;
}

function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): Schema[] {
  const root = documentOf(schema);
  let here = alternatives(root, root);
  for (const key of path) here = here.flatMap((one) => below(one, key)).flatMap((one) => alternatives(one, root));
  return here;
}

/** What stands in one of them: a key of an object, or an element of a list. */
function below(schema: Schema, key: PropertyKey): Schema[] {
  const named = typeof key === 'string' ? asSchema(schema['properties'])?.[key] : undefined;
  const any = typeof key === 'number' ? schema['items'] : schema['additionalProperties'];
  const found = asSchema(named) ?? asSchema(any);
  return found === undefined ? [] : [found];
}

/** A schema with all that it may be instead. */
function alternatives(schema: Schema, root: Schema): Schema[] {
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    const target = ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, part) => asSchema(at)?.[part], root);
    // A schema that refers to itself refers to its parts, which are another path.
    return asSchema(target) === undefined ? [] : alternatives(target as Schema, root);
  }
  const within = ['anyOf', 'oneOf', 'allOf'].flatMap((way) =>
    Array.isArray(schema[way]) ? (schema[way] as unknown[]) : [],
  );
  return [schema, ...within.flatMap((one) => (asSchema(one) ? alternatives(one as Schema, root) : []))];
}

function asSchema(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;
}

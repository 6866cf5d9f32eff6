/** A part of a JSON Schema, as zod writes it. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly $ref?: string;
}

/** Patterns that have a name people know; what is not here is shown as it is. */
const NAMED_PATTERNS = new Map([
  ['^(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)$', 'duration'],
  ['^[a-z0-9][a-z0-9-]{0,62}$', 'name: a-z, 0-9, `-`'],
  ['^[a-z0-9][a-z0-9_-]{0,62}$', 'name: a-z, 0-9, `-`, `_`'],
  ['^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$', 'version: letters, digits, `.`, `-`, `_`'],
  ['^SLUICE_SECRET_[A-Z0-9_]{1,80}$', '`SLUICE_SECRET_<NAME>`'],
  ['^(?:[01]\\d|2[0-3]):[0-5]\\d$', 'time of day, `09:00`'],
  [
    '^(?:header:[a-z0-9-]+|cookie:[\\w.-]+|body:(?:\\/(?:[^~/]|~[01])*)+|request)$',
    '`header:`, `cookie:`, `body:` or `request`',
  ],
  ['^(?:header:[a-z0-9-]+|cookie:[\\w.-]+|body:(?:\\/(?:[^~/]|~[01])*)+)$', '`header:`, `cookie:` or `body:`'],
  ['^(?:\\/(?:[^~/]|~[01])*)*$', 'JSON pointer'],
]);
/** Of JavaScript's integers: a limit that nobody set. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** The branches of a union; a node that is none is its only branch. */
export function branchesOf(node: SchemaNode): readonly SchemaNode[] {
  return node.oneOf ?? node.anyOf ?? [node];
}

export const isObject = (node: SchemaNode): boolean => node.properties !== undefined;

/** The different objects that a value may be or hold. */
export function objectsWithin(node: SchemaNode): readonly SchemaNode[] {
  if (isObject(node)) return [node];
  const { oneOf = [], anyOf = [], items, additionalProperties } = node;
  const below = [...oneOf, ...anyOf, items, additionalProperties].filter((part) => typeof part === 'object');
  return [...new Map(below.flatMap(objectsWithin).map((found) => [JSON.stringify(found), found])).values()];
}

/** What a value may be, in words, with its limits: one cell of a table, in Markdown. */
export function describeType(node: SchemaNode): string {
  const branches = branchesOf(node);
  if (branches.length > 1) return unionOf(branches);
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  if (node.type === 'array') return listOf(node);
  if (isObject(node)) return 'keys below';
  if (typeof node.additionalProperties === 'object')
    return `names, each with: ${describeType(node.additionalProperties)}`;
  if (node.type === 'string') return textOf(node);
  if (node.type === 'integer' || node.type === 'number') return numberOf(node);
  return node.type ?? 'anything';
}

/** A value or a list of its like is said in short. */
function unionOf(branches: readonly SchemaNode[]): string {
  const words = new Set<string>();
  const lists = new Set(
    branches.flatMap(({ type, items }) => (type === 'array' && items ? [describeType(items)] : [])),
  );
  const single = branches.filter(({ type }) => type !== 'array').map(describeType);
  for (const said of single) words.add(said);
  for (const said of lists)
    words.add(said === [...new Set(single)].join(', or ') || words.has(said) ? 'a list of such' : `list of: ${said}`);
  return [...words].join(', or ').replace(/(, or a list of such)+$/, ', or a list of such');
}

function listOf({ items = {}, minItems = 0, maxItems = NO_LIMIT }: SchemaNode): string {
  const range = maxItems === NO_LIMIT ? (minItems > 0 ? `${minItems} or more ` : '') : `${minItems} to ${maxItems} `;
  return `list, ${range}of: ${describeType(items)}`.replace(' of: keys below', ', keys below').replace(', ,', ',');
}

function textOf({ pattern, format, minLength = 0, maxLength = NO_LIMIT }: SchemaNode): string {
  if (pattern !== undefined) return NAMED_PATTERNS.get(pattern) ?? `text like ${code(`/${pattern}/`)}`;
  if (format === 'uri') return 'URL';
  if (format !== undefined) return format;
  return maxLength === NO_LIMIT ? 'text' : `text, ${minLength === 0 ? 'up' : minLength} to ${maxLength} characters`;
}

function numberOf(node: SchemaNode): string {
  const { minimum = -NO_LIMIT, maximum = NO_LIMIT, exclusiveMinimum, exclusiveMaximum } = node;
  const low =
    exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : minimum > -NO_LIMIT ? `from ${minimum}` : '';
  const high = exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : maximum < NO_LIMIT ? `to ${maximum}` : '';
  return [node.type === 'integer' ? 'whole number' : 'number', low, high].filter((part) => part !== '').join(' ');
}

/** A value as a reader would type it. A bar would end the table's cell. */
export function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${(text === '' ? '""' : text).replaceAll('|', '\\|')}\``;
}

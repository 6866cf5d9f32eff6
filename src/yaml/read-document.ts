import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { describeError, SluiceError } from '../domain/errors.js';
import { plainWords } from '../domain/plain-words.js';
import { didYouMean } from './did-you-mean.js';
import { knownKeys, knownWords } from './known-keys.js';

/** One thing that is wrong in a document, and where: line and column count from 1. */
export interface DocumentIssue {
  readonly line: number;
  readonly column: number;
  /** Dotted path of the value, empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

/** Raised when a YAML document is not what its schema asks for; the message lists every issue as `file:line:column`. */
export class DocumentError extends SluiceError {
  readonly issues: readonly DocumentIssue[];

  constructor(file: string, issues: readonly DocumentIssue[]) {
    const lines = issues.map((i) => `${file}:${i.line}:${i.column}: ${i.path === '' ? '' : `${i.path}: `}${i.message}`);
    super('SPEC_INVALID', lines.join('\n'));
    this.name = 'DocumentError';
    this.issues = issues;
  }
}

/** Whoever mends these may ask again; a document of nothing but faults must not hold up everybody else. */
const MOST_ISSUES = 100;
const LONGEST_KEY = 100;

/**
 * Reads a YAML document and checks it against a zod schema.
 * @param file the name to print in errors
 * @throws {DocumentError} with every issue at its line and column
 */
export function readDocument<Schema extends z.ZodType>(text: string, schema: Schema, file: string): z.output<Schema> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false, version: '1.2' });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (faults: readonly { readonly offset: number; readonly message: string }[]) =>
    new DocumentError(
      file,
      first(faults, ({ offset, message }) => ({ ...at(offset), path: '', message })),
    );
  const faults = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message }));
  if (faults.length > 0) throw refuse(faults);
  const repeated = repeatedKeys(document);
  if (repeated.length > 0) throw refuse(repeated.map((offset) => ({ offset, message: 'Map keys must be unique' })));
  let value: unknown;
  try {
    // Aliases that multiply ("billion laughs") are refused by the parser's own limit.
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw refuse([{ offset: 0, message: describeError(error) }]);
  }
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return result.data;
  throw new DocumentError(
    file,
    first(flatten(result.error.issues), (issue) => ({
      ...at(offsetOf(document, issue.path, issue.key)),
      path: issue.path.join('.'),
      message: inWords(issue, document, schema),
    })),
  );
}

/** Says of so many what is wrong, and how many more there are. */
function first<Fault>(faults: readonly Fault[], say: (fault: Fault) => DocumentIssue): DocumentIssue[] {
  const said = faults.slice(0, MOST_ISSUES).map(say);
  const last = said.at(-1);
  if (last === undefined || faults.length <= MOST_ISSUES) return said;
  return [...said, { ...last, path: '', message: `${faults.length - MOST_ISSUES} more are not shown` }];
}

/** Where a key stands that its map has already. The parser's own check takes the square of the keys. */
function repeatedKeys(document: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
  return offsets;
}

interface FlatIssue {
  path: PropertyKey[];
  message: string;
  /** The unknown key itself, where that is what is wrong. */
  key?: string;
  showValue?: boolean;
  /** What may stand there, where it is one of a few words. */
  options?: readonly string[];
  /** The word that says which of several things this is, is none of those that are known. */
  isUnknownKind?: boolean;
}

/** With the value that was given, and what was probably meant. */
function inWords(issue: FlatIssue, document: Document.Parsed, schema: z.ZodType): string {
  const { path, message, key, showValue, isUnknownKind } = issue;
  const options = isUnknownKind ? knownWords(schema, path) : issue.options;
  if (key !== undefined) return message + didYouMean(key.slice(0, LONGEST_KEY), knownKeys(schema, path));
  const value = showValue ? scalarAt(document, path) : undefined;
  if (value === undefined) return message;
  return `${message} (got ${value.slice(0, 100)})${options ? didYouMean(value, options) : ''}`;
}

/** How well a branch of a union fits: the one whose complaints lie deepest, then are fewest, is the one that was meant. */
const fit = (branch: readonly FlatIssue[]) =>
  1000 * Math.min(...branch.map((issue) => issue.path.length)) - branch.length;

/** One issue a fault, with the path from the document's root. */
function flatten(issues: readonly z.core.$ZodIssue[], prefix: PropertyKey[] = []): FlatIssue[] {
  return issues.flatMap((issue): FlatIssue[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path, key, message: `unknown key ${key.slice(0, LONGEST_KEY)}` }));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => flatten(branch, path));
      return branches.reduce((best, branch) => (fit(branch) > fit(best) ? branch : best));
    }
    // Our own messages name the value already; zod's name its type only.
    if (issue.code === 'custom') return [{ path, message: issue.message }];
    if (issue.code === 'invalid_union') return [{ path, message: issue.message, showValue: true, isUnknownKind: true }];
    const options = issue.code === 'invalid_value' ? { options: issue.values.map(String) } : {};
    return [{ path, message: issue.message, showValue: true, ...options }];
  });
}

/** The scalar that stands at a path, for a message; nothing for a missing value or a whole map. */
function scalarAt(document: Document.Parsed, path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined;
  const value: unknown = document.getIn(path.map((key) => (typeof key === 'symbol' ? String(key) : key)));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Where a path stands in the text: the value, else the nearest enclosing node that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], key: string | undefined): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const keys = path.slice(0, depth).map((k) => (typeof k === 'symbol' ? String(k) : k));
    const node = depth === 0 ? document.contents : document.getIn(keys, true);
    if (!isNode(node)) continue;
    return (depth === path.length && key !== undefined ? keyOffset(node, key) : undefined) ?? node.range?.[0] ?? 0;
  }
  return 0;
}

function keyOffset(node: Node, key: string): number | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && String(item.key) === key);
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

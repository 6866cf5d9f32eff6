import { branchesOf, code, describeType, isObject, objectsWithin, type SchemaNode } from './describe-type.js';

interface Section {
  readonly path: string;
  readonly node: SchemaNode;
}

type Row = readonly [name: string, node: SchemaNode, required: boolean];

/**
 * The tables of one kind of document: a section for each object in it, in the order of its keys; what is the same as an
 * earlier section is a link to it.
 * @param title of the chapter; it stands before each path, so that headings of two chapters differ
 * @returns Markdown
 */
export function renderReference(title: string, schema: SchemaNode): string {
  const lines = [`## ${title}`, '', ...tableOf(schema, title)];
  const known = new Map<string, string>();
  const queue = sectionsBelow(schema, '');
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const heading = `${title}: ${next.path}`;
    const content = JSON.stringify(withoutWords(next.node));
    const twin = known.get(content);
    lines.push('', `### ${heading}`, '');
    if (twin !== undefined) {
      lines.push(`As [${twin}](#${anchorOf(twin)}).`);
      continue;
    }
    known.set(content, heading);
    lines.push(...tableOf(next.node, heading));
    queue.unshift(...sectionsBelow(next.node, next.path));
  }
  return lines.join('\n');
}

/** Objects among the values of a node's keys, of all branches. */
function sectionsBelow(node: SchemaNode, path: string): Section[] {
  const found = new Map<string, Section>();
  for (const branch of branchesOf(node).filter(isObject))
    for (const [name, value] of entriesOf(branch)) {
      const objects = objectsWithin(value);
      const [first] = objects;
      if (first === undefined) continue;
      const below = sectionName(node, branch, name, value);
      const own = path === '' ? below : `${path}.${below}`;
      if (!found.has(own)) found.set(own, { path: own, node: objects.length === 1 ? first : { anyOf: objects } });
    }
  return [...found.values()];
}

/** Where the branches of a union mean different things by one key, each has a section, named after its branch. */
function sectionName(node: SchemaNode, branch: SchemaNode, name: string, value: SchemaNode): string {
  const others = branchesOf(node).flatMap(({ properties = {} }) => properties[name] ?? []);
  const isAmbiguous = others.some((other) => !isSame(withoutWords(other), withoutWords(value)));
  const suffix = isAmbiguous ? ` (${nameOf(branch).replaceAll('`', '')})` : '';
  return `${name}${suffixOf(value)}${suffix}`;
}

/** How the place of what stands in a list or a map of names is written. */
function suffixOf(node: SchemaNode): string {
  if (node.items !== undefined) return `[]${suffixOf(node.items)}`;
  return !isObject(node) && typeof node.additionalProperties === 'object' ? '.<name>' : '';
}

function tableOf(node: SchemaNode, heading: string): string[] {
  const branches = branchesOf(node).filter(isObject);
  const [only] = branches;
  const rows = (branch: SchemaNode, entries: readonly Row[]) =>
    rowsOf(
      entries,
      (name, value) => `${heading}${heading.includes(': ') ? '.' : ': '}${sectionName(node, branch, name, value)}`,
    );
  if (only !== undefined && branches.length === 1) return rows(only, entriesOf(only));
  const common = branches
    .map(entriesOf)
    .reduce((all, own) => all.filter(([name, value]) => own.some((row) => row[0] === name && isSame(row[1], value))));
  const shared = new Set(common.map(([name]) => name));
  const lines = [`One of ${branches.length} forms.`];
  for (const branch of branches) {
    const own = entriesOf(branch).filter(([name]) => !shared.has(name));
    lines.push('', `**${nameOf(branch)}**`, '', ...rows(branch, own));
  }
  if (only !== undefined && common.length > 0) lines.push('', '**In each of them**', '', ...rows(only, common));
  return lines;
}

/** A branch is told from the others by its constants, else by the keys that it must have. */
function nameOf(branch: SchemaNode): string {
  const constants = entriesOf(branch).filter(([, { const: value, enum: values }]) => (value ?? values) !== undefined);
  const [first] = constants;
  if (first !== undefined) return `${code(first[0])}: ${(first[1].enum ?? [first[1].const]).map(code).join(', ')}`;
  return (branch.required ?? Object.keys(branch.properties ?? {})).map(code).join(', ');
}

function entriesOf({ properties = {}, required = [] }: SchemaNode): Row[] {
  return Object.entries(properties).map(([name, value]): Row => [name, value, required.includes(name)]);
}

function rowsOf(rows: readonly Row[], headingOf: (name: string, node: SchemaNode) => string): string[] {
  const cells = rows.map(([name, node, required]) => {
    const fallback = required ? 'required' : node.default === undefined ? '' : code(node.default);
    const link = `[keys below](#${anchorOf(headingOf(name, node))})`;
    const type = describeType(node).replaceAll('keys below', link);
    return `| ${code(name)} | ${type} | ${fallback} | ${wordsOf(node)} |`;
  });
  return ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...cells];
}

function wordsOf(node: SchemaNode): string {
  return (node.description ?? node.items?.description ?? '').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** As GitHub makes a heading's anchor: lower case, no signs but hyphens and underscores, hyphens for spaces. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

/** Two keys may say differently what is of the same shape. */
function withoutWords(node: SchemaNode): SchemaNode {
  const { description: _, default: __, ...rest } = node;
  return rest;
}

function isSame(one: SchemaNode, other: SchemaNode): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of the documentation, as it is in the repository. */
export interface Page {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** What stands behind the fence: `sh`, `yaml`, or nothing. */
  readonly language: string;
  readonly text: string;
  /** `file:line` of its first line. */
  readonly at: string;
}

/** Every page that a reader is sent to. */
export function allPages(): Page[] {
  const roots = ['docs', 'examples', 'deploy'].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)),
  );
  return ['README.md', 'CONTRIBUTING.md', ...roots.filter((file) => file.endsWith('.md')).sort()].map((path) => ({
    path,
    text: readFileSync(path, 'utf8'),
  }));
}

/** Fenced blocks, those within lists included, without the list's indent. */
export function blocksOf({ path, text }: Page): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent = '', fence = '', language = ''] = /^( *)(`{3,})(\w*)/.exec(lines[index] ?? '') ?? [];
    if (fence === '') continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end === -1) throw new Error(`${path}:${index + 1}: a block without an end`);
    const body = lines.slice(index + 1, end).map((line) => line.replace(indent, ''));
    blocks.push({ language, text: body.join('\n'), at: `${path}:${index + 2}` });
    index = end;
  }
  return blocks;
}

/** The page without its blocks: what is read as prose. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^( *)(`{3,})[\s\S]*?^\1\2 *$/gm, '');
}

/** As GitHub makes anchors of headings, with a number behind the second of a name. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    const seen = counts.get(slug) ?? 0;
    counts.set(slug, seen + 1);
    anchors.add(seen === 0 ? slug : `${slug}-${seen}`);
  }
  return anchors;
}

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allPages, blocksOf, type Page, proseOf } from '../pages.js';

/** What the compiler and the tests of an extension need. */
const COPIED = [
  'src',
  'workflows',
  'activities',
  'test/workflow',
  'test/setup',
  'test/validation/suite-stage.ts',
  'test/validation/scripted-model.ts',
  'test/datasets',
  'package.json',
  'tsconfig.json',
  'biome.json',
];

/** `// file`, or `// file, below ⟨start of a line⟩`, and the code up to the next of these. */
interface Piece {
  readonly file: string;
  readonly side: 'above' | 'below' | 'instead of' | null;
  readonly mark: string;
  readonly code: string;
}

/** A heading of docs/extending.md and the code under it. */
export interface Extension {
  readonly title: string;
  readonly pieces: readonly Piece[];
  /** Lines of code that the page shows, without blank ones, comments, and those that say where it goes. */
  readonly lines: number;
}

const HEADER = /^\/\/ ([\w./-]+\.ts)(?:, (above|below|instead of) `(.+)`)?$/;

export function extensions(): Extension[] {
  const page = allPages().find(({ path }) => path === 'docs/extending.md') as Page;
  return page.text
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => {
      const blocks = blocksOf({ ...page, text }).filter(({ language }) => language === 'ts');
      const pieces = blocks.flatMap((block) => piecesOf(block.text));
      const code = pieces.flatMap((piece) => piece.code.split('\n'));
      return {
        title: /^## (.+)/.exec(proseOf({ ...page, text }))?.[1] ?? '',
        pieces,
        lines: code.filter((line) => !/^\s*(\/\*\*.*\*\/)?$/.test(line)).length,
      };
    });
}

function piecesOf(text: string): Piece[] {
  const parts = text.split(/^(?=\/\/ [\w./-]+\.ts)/m);
  return parts.map((part) => {
    const [header = '', ...code] = part.split('\n');
    const [, file, side, mark = ''] = HEADER.exec(header) ?? [];
    if (file === undefined) throw new Error(`docs/extending.md: "${header}" does not say where the code goes`);
    return { file, side: (side ?? null) as Piece['side'], mark, code: `${code.join('\n').trimEnd()}\n` };
  });
}

/** A copy of the sources with extensions of the page in it. */
export class ExtendedSources {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async with(...titles: readonly string[]): Promise<ExtendedSources> {
    const copy = new ExtendedSources(await mkdtemp(join(tmpdir(), 'sluice-extended-')));
    for (const path of COPIED) await cp(path, join(copy.folder, path), { recursive: true });
    await symlink(join(process.cwd(), 'node_modules'), join(copy.folder, 'node_modules'));
    for (const { title, pieces } of extensions())
      if (titles.includes(title)) for (const piece of pieces) await copy.add(piece);
    return copy;
  }

  private async add({ file, side, mark, code }: Piece): Promise<void> {
    const path = join(this.folder, file);
    if (side === null) return writeFile(path, code, { flag: 'wx' });
    const lines = (await readFile(path, 'utf8')).split('\n');
    const found = lines.flatMap((line, at) => (line.trimStart().startsWith(mark) ? [at] : []));
    if (found.length !== 1) throw new Error(`${file}: ${found.length} lines begin with ${mark}`);
    const at = (found[0] as number) + (side === 'below' ? 1 : 0);
    return writeFile(path, lines.toSpliced(at, side === 'instead of' ? 1 : 0, code.trimEnd()).join('\n'));
  }

  /** A module of the copy: its types are those of the sources without the extension. */
  async load<Module>(file: string): Promise<Module> {
    return (await import(join(this.folder, file))) as Module;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

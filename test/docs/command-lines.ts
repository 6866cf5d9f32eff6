import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.js';
import { type Block, type Page, proseOf } from './pages.js';

/** A command of `sluice` that a page shows. */
export interface ShownCommand {
  readonly words: readonly string[];
  readonly at: string;
}

const OURS = /^(?:[A-Z][A-Z0-9_]*=\S*\s+)*(?:npx tsx src\/cli\/main\.ts|npm run (?:-s )?sluice --|sluice)(?:\s|$)/;

/** Commands of a block: a line each, `\` at its end goes on, `#` after a space is a remark, `|` and `&&` begin another. */
export function commandsOf(block: Block): ShownCommand[] {
  return linesOf(block)
    .filter((line) => OURS.test(line))
    .map((line) => ({ words: wordsOf(line.replace(OURS, '')), at: `${block.at}: ${line}` }));
}

/** Lines that a shell would run, of all programs. */
export function linesOf({ text }: Block): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => withoutRemark(line.replace(/^\$ /, '')).split(/\s(?:\||&&|;)\s/))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Commands in code spans of prose, whose arguments are often left out. */
export function spansOf(page: Page): ShownCommand[] {
  return [...proseOf(page).matchAll(/`(sluice [a-z-][^`]*)`/g)].map(([, span = '']) => ({
    words: wordsOf(span.replace(/^sluice /, '')),
    at: `${page.path}: ${span}`,
  }));
}

/**
 * Runs a command line through the program, with actions that do nothing.
 * @returns what commander says against it; null where it would run
 */
export function refusalOf(words: readonly string[]): string | null {
  const program = buildProgram();
  silence(program);
  try {
    program.parse(words as string[], { from: 'user' });
    return null;
  } catch (error) {
    const { code = '', message = '' } = error as { code?: string; message?: string };
    return /^commander\.(?:helpDisplayed|help|version)$/.test(code) ? null : message;
  }
}

/** A command that is named, and its options: what stands for a value is not looked at. */
export function unknownIn(words: readonly string[]): string | null {
  let command: Command = buildProgram();
  const options = new Set(['-h', '--help', '-V', '--version']);
  for (const raw of words) {
    const word = raw.replaceAll(/[[\]]/g, '');
    if (word.startsWith('-')) {
      for (const { short, long } of command.options) for (const flag of [short, long]) if (flag) options.add(flag);
      const flag = word.split('=', 1)[0] ?? word;
      if (/^--?[a-z]/i.test(flag) && !options.has(flag)) return `${command.name()} has no ${flag}`;
      continue;
    }
    const next = command.commands.find((sub) => sub.name() === word || sub.aliases().includes(word));
    if (next !== undefined) command = next;
    else if (command.parent === null) return `there is no sluice ${word}`;
    else if (command.commands.length > 0 && command.registeredArguments.length === 0 && /^[a-z-]+$/.test(word))
      return `${command.name()} has no ${word}`;
  }
  return null;
}

function silence(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  // A group of commands has no action of its own; one given to it would take whatever it is misspelt as.
  const { _actionHandler: own } = command as unknown as { _actionHandler: unknown };
  if (own !== null) command.action(() => {});
  for (const sub of command.commands) silence(sub);
}

function withoutRemark(line: string): string {
  return /^\s*#/.test(line) ? '' : line.replace(/\s#\s.*$/, '');
}

/** As a shell splits: quotes hold words together, and a redirection or `&` is not the program's. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)]
    .map(([, double, single, plain]) => double ?? single ?? plain ?? '')
    .filter((word) => !/^(?:&|[12]?>.*)$/.test(word));
}

import type { Argument, Command, Option } from 'commander';

/** One thing that may stand next, and what it means. */
interface Candidate {
  readonly value: string;
  readonly meaning: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether the shell's own names of files fit here as well. */
  readonly files: boolean;
}

/** What only the store knows; empty lists where it does not answer in time. */
export interface KnownNames {
  readonly services: readonly Candidate[];
  readonly rollouts: readonly Candidate[];
}

const NOTHING: Completion = { candidates: [], files: false };
const FILES: Completion = { candidates: [], files: true };
/** Arguments and values of options by the name that stands between < and >. */
const FILE_NAMES = new Set(['spec', 'file', 'folder', 'path', 'dir']);
/** A shell puts candidates into its command line as they are: what could mean something there is left out. */
const HARMLESS = /^[\w@%+=:,./-]+$/;

/**
 * What may stand at the end of a command line.
 * @param words after the program's name; the last one is what has been typed so far, perhaps nothing
 * @param names asked for only where a name may stand
 */
export async function complete(
  program: Command,
  words: readonly string[],
  names: () => Promise<KnownNames>,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const { command, position, pending } = walk(program, words.slice(0, -1));
  const found = await foundAt(command, { typed, position, pending, given: words.slice(0, -1) }, names);
  const fits = ({ value }: Candidate) => value.startsWith(typed) && HARMLESS.test(value);
  return { candidates: found.candidates.filter(fits), files: found.files };
}

interface Place {
  readonly typed: string;
  /** Arguments that stand before it. */
  readonly position: number;
  /** The option whose value is typed; null where none is. */
  readonly pending: Option | null;
  readonly given: readonly string[];
}

async function foundAt(command: Command, place: Place, names: () => Promise<KnownNames>): Promise<Completion> {
  const { typed, position, pending, given } = place;
  if (pending !== null) return valuesOf(pending, names);
  if (typed.startsWith('-')) return { candidates: optionsOf(command, given), files: false };
  const below = position === 0 ? subcommandsOf(command) : [];
  const argument =
    command.registeredArguments[position] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  const own = argument === undefined ? NOTHING : await argumentsOf(argument, names);
  return { candidates: [...below, ...own.candidates], files: own.files };
}

/** Where a command line has come to. */
function walk(program: Command, words: readonly string[]) {
  let [command, position, pending]: [Command, number, Option | null] = [program, 0, null];
  for (const word of words) {
    if (pending !== null) {
      pending = null;
      continue;
    }
    if (word.startsWith('-')) {
      const [name] = word.split('=');
      const option = [...command.options, ...program.options].find(
        ({ long, short }) => name === long || name === short,
      );
      pending = option?.required && !word.includes('=') ? option : null;
      continue;
    }
    const next: Command | undefined =
      position === 0 ? command.commands.find((one) => one.name() === word || one.aliases().includes(word)) : undefined;
    if (next === undefined) position += 1;
    else command = next;
  }
  return { command, position, pending };
}

function subcommandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), meaning: firstSentence(one.description()) }));
}

/** Those that have not been given yet. */
function optionsOf(command: Command, given: readonly string[]): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long, short }) => !given.some((word) => word === long || word === short))
    .flatMap(({ long, description }) => (long ? [{ value: long, meaning: firstSentence(description) }] : []));
}

async function valuesOf(option: Option, names: () => Promise<KnownNames>): Promise<Completion> {
  if (option.argChoices) return choices(option.argChoices);
  const name = /<([^>]+)>/.exec(option.flags)?.[1] ?? '';
  if (option.long === '--service') return { candidates: (await names()).services, files: false };
  return byName(name, names);
}

async function argumentsOf(argument: Argument, names: () => Promise<KnownNames>): Promise<Completion> {
  return argument.argChoices ? choices(argument.argChoices) : byName(argument.name(), names);
}

async function byName(name: string, names: () => Promise<KnownNames>): Promise<Completion> {
  if (FILE_NAMES.has(name)) return FILES;
  const { services, rollouts } = /service|rollout/.test(name) ? await names() : { services: [], rollouts: [] };
  const found = [...(name.includes('service') ? services : []), ...(name.includes('rollout') ? rollouts : [])];
  return { candidates: found, files: false };
}

function choices(values: readonly string[]): Completion {
  return { candidates: values.map((value) => ({ value, meaning: '' })), files: false };
}

function firstSentence(text: string): string {
  return text.split(/[;:(]/)[0]?.trim() ?? '';
}

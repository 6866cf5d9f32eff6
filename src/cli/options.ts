import { type Command, Option } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import { localUser } from './local-user.js';
import { FORMATS } from './output/formats.js';

/** How a command prints. */
export const output = () =>
  new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');

/** The same of a command that shows something: `wide` has more columns, `name` is for other commands. */
export const format = () => new Option('-o, --output <format>', 'how to print').choices([...FORMATS]).default('table');

/** Whose name stands in the ledger (control/control.ts). */
export const HEARD_AS = 'default: as SLUICE_IDENTITY or SLUICE_TOKEN proves, else $USER';

/** Under whose name, where nothing is signed. */
export const actor = (description: string) => new Option('--actor <name>', description).default(localUser());

/** Of what can't be taken back. */
export const yes = () => new Option('-y, --yes', 'no question whether it is meant (asked in a terminal)');

/** Of every command that changes something: dry-run.ts prints it. */
export const dryRunOption = () => new Option('--dry-run', 'say what would be sent, and send nothing');

/** Of an option that may be given again. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** How long a command may take, where it waits for something. */
export const timeout = (standard: string, description: string) =>
  new Option('--timeout <duration>', description).argParser(duration).default(duration(standard), standard);

/** No command is without an example of how it is used. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${lines}`);
}

/** Milliseconds. @throws {SluiceError} USAGE */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new SluiceError('USAGE', `"${text}" is not a duration such as 30s, 10m or 2h`);
  return ms;
}

/** @throws {SluiceError} USAGE */
export function integerIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new SluiceError('USAGE', `"${text}" is not an integer in ${least}..${most}`);
    return value;
  };
}

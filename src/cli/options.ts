import { Option } from 'commander';
import { SluiceError } from '../domain/errors.js';
import { parseDuration } from '../domain/spec/duration.js';

/** How a command prints. */
export const output = () =>
  new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');

/** Milliseconds. @throws {SluiceError} USAGE */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new SluiceError('USAGE', `"${text}" is not a duration such as 30s, 10m or 2h`);
  return ms;
}

import { cutText } from '../domain/cut-text.js';
import { SluiceError } from '../domain/errors.js';

/** The data, or what a spec says of them, is wrong: another try would meet the same. */
export function datasetFault(name: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('DATASET_INVALID', `${name}: ${why}`, { cause });
}

/** Where the data lie can not be reached now, or they change while they are read: another try may get through. */
export function datasetUnreachable(name: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('DATASET_UNREACHABLE', `${name}: ${why}`, { cause });
}

const LONGEST_VALUE = 80;

/** A cell for a message. */
export function quoted(value: unknown): string {
  const text =
    typeof value === 'bigint' || typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return cutText(text, LONGEST_VALUE);
}

/** Names for a message: all of a few, the first of many. */
export function listed(names: readonly string[], most = 10): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

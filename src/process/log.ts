import { describeError } from '../domain/errors.js';

type LogLevel = 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What the processes that stay (worker, api, gateway) say: one JSON object a line, to standard error. */
export const logToStderr: Log = (level, message, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields }, asPlain)}\n`);
};

/** JSON has neither of these two, and an error would be `{}`. */
function asPlain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? describeError(value) : value;
}

import { connectionCode } from '../net/connection-code.js';

/** What is said of a call that failed before anybody answered. */
export function noAnswer(error: unknown): string {
  const code = connectionCode(error);
  return code === null ? 'no answer' : `no answer (${code})`;
}

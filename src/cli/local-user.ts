import { userInfo } from 'node:os';

/** Who uses this machine, for the ledger. $USER is missing in many containers, and a bare uid has no name. */
export function localUser(): string {
  const named = process.env['USER'];
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

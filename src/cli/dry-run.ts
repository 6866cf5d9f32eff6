import { stringify } from 'yaml';
import { plainly } from './output/plain-text.js';

/** What a command is asked with, where it may be a dry run. */
export interface MaybeDry {
  readonly dryRun?: boolean;
}

/**
 * Prints what a command would have sent.
 * @param what `start digits v1 -> v2`
 * @param request as it would be sent, without anything secret
 */
export function printDryRun(what: string, request: Readonly<Record<string, unknown>>, output = 'table'): void {
  // What is not given is not sent.
  const sent = JSON.parse(JSON.stringify(request)) as Record<string, unknown>;
  if (output === 'json') return void process.stdout.write(`${JSON.stringify({ dryRun: true, what, request: sent })}\n`);
  process.stdout.write(`dry run: would ${what}; nothing is sent\n${stringify(plainly(sent)).trimEnd()}\n`);
}

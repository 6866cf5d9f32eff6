import { once } from 'node:events';

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once, as the shell would. */
export async function untilSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

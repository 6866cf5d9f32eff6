import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 50;

/** @throws {Error} naming what never came; the last error of `holds` is its cause */
export async function until(what: string, holds: () => Promise<boolean> | boolean, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    let cause: unknown;
    try {
      if (await holds()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`, { cause });
    await sleep(EVERY_MS);
  }
}

/** How long it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** `1.3 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

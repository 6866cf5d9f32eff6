import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelServer } from '../../ports/model-server.js';
import { isAway } from '../patience.js';
import type { ProbeStage } from '../probe-stage.js';

const BEAT_MS = 3000;
const READY_AGAIN_MS = 250;

/** Waits for one call to a server: tells that it is alive meanwhile, and ends where it is called off. */
export async function whileAlive<T>(
  { signal, beat }: Pick<ProbeStage, 'signal' | 'beat'>,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  beat(what);
  const timer = setInterval(() => beat(what), BEAT_MS);
  let callOff = (): void => undefined;
  const calledOff = new Promise<never>((_, reject) => {
    callOff = () => reject(signal.reason as Error);
    signal.addEventListener('abort', callOff, { once: true });
  });
  try {
    return await Promise.race([call(), calledOff]);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', callOff);
  }
}

/** Whether the server reports ready, now or within so many milliseconds. */
export async function becomesReady(
  stage: ProbeStage,
  server: ModelServer,
  what: string,
  withinMs = stage.patienceMs,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (;;) {
    const ready = await whileAlive(stage, what, () => server.assertReady()).then(
      () => true,
      (error: unknown) => {
        if (isAway(error)) return false;
        throw error;
      },
    );
    if (ready || performance.now() >= until) return ready;
    await sleep(READY_AGAIN_MS, undefined, { signal: stage.signal });
  }
}

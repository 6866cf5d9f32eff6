import { createServer } from 'node:net';

/** Below what systems give to outgoing connections and to who listens on port 0, so neither takes one meanwhile. */
const FIRST = 15_000;
const COUNT = 17_000;

/** Another place for each process, so that suites side by side don't meet. */
let next = Math.floor(Math.random() * COUNT);

/** A port of 127.0.0.1 that was free a moment ago. This process gets each only once. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${FIRST} and ${FIRST + COUNT - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

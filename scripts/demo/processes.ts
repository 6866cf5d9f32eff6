import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import axios from 'axios';
import { endChild, spawnModule } from '../../src/process/child-process.js';

export const DEMO_PORTS = {
  temporalPort: 7233,
  uiPort: 8233,
  gatewayPort: 8080,
  adminPort: 8081,
  apiPort: 8090,
} as const;
/** As the example specs name them. */
const MODELS = { v1: 8110, v2: 8120, v3: 8130 } as const;

/** @throws {Error} naming each port that somebody else listens on */
export async function assertPortsFree(): Promise<void> {
  const ports = [...Object.values(DEMO_PORTS), ...Object.values(MODELS)];
  const taken: number[] = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(port);
  if (taken.length > 0)
    throw new Error(`the demo needs ports ${ports.join(', ')} on 127.0.0.1; in use: ${taken.join(', ')}`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const free = await Promise.race([once(probe, 'listening').then(() => true), once(probe, 'error').then(() => false)]);
  if (free) await new Promise((resolve) => probe.close(resolve));
  return free;
}

/** The three versions as processes of their own, as in production. */
export function startModelServers(stateDir: string): { ready: Promise<void>; stop: () => Promise<void> } {
  const children = Object.entries(MODELS).map(([version, port]) =>
    spawnModule(
      new URL('../../examples/model-server/main.ts', import.meta.url),
      ['--version', version, '--port', String(port)],
      {
        logPath: join(stateDir, `model-${version}.log`),
      },
    ),
  );
  return {
    ready: Promise.all(Object.values(MODELS).map(untilReady)).then(() => undefined),
    stop: async () => void (await Promise.all(children.map((child) => endChild(child)))),
  };
}

async function untilReady(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/v2/models/digits/ready`;
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await axios.get(url, { proxy: false, timeout: 1000 });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${url} is not ready`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

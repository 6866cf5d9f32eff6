import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RolloutDetail } from '../../src/api/schema/rollout.js';
import { SluiceClient } from '../../src/sdk/index.js';
import type { Installation } from '../e2e/installation.js';

/** Nothing of this rollout fails on a slow machine, and each phase is as short as it can be. */
const CHANGES = [
  ['max: 5s', 'max: 60s'],
  ['margin: 250ms', 'margin: 60s'],
  ['minSamples: 200, minAgreement: 0.85', 'minSamples: 30, minAgreement: 0.5'],
  [/steps:\n(.*\n)*?(?= {2}abTest)/, 'steps: [ { setWeight: 30, bake: 1s, minSamples: 30 } ]\n'],
  ['minDetectableEffect: 0.04, maxDuration: 3m', 'minDetectableEffect: 0.1, maxDuration: 10m'],
  ['keepBaselineWarm: 10s', 'keepBaselineWarm: 1s'],
  ['after: 30s', 'after: 10s'],
  [/ {2}validation:\n(.*\n)*?(?= {2}shadow)/, ''],
  ['window: 30000, lease: 6000', 'window: 1000, lease: 30000'],
] as const;
const PATIENCE_MS = 180_000;

/** Looks that are told while the way to the cutover is held, after the one that the evaluation was decided on. */
const LATER_LOOKS = 2;

/**
 * A rollout through all phases to its promotion and the end of its impact analysis. Between the evaluation and the cutover a hook is asked, which says yes only
 * once later looks have been made: what is decided on is not what was seen last.
 */
export async function runHeldRollout(it: Installation): Promise<RolloutDetail> {
  const api = new SluiceClient({ url: it.apiUrl });
  const gate = await Gate.open();
  try {
    const hooks = `hooks: [ { name: later, kind: confirm, at: { after: abTest }, url: "${gate.url}", every: 200ms } ]\nwatch: {`;
    const path = await it.fileFrom('examples/digits-v2.yaml', 'held.yaml', [...CHANGES, ['watch: {', hooks]]);
    const started = await it.sluice('start', path);
    if (started.code !== 0) throw new Error(started.stderr);
    const { rolloutId } = await patiently(async () => (await api.listRollouts({ service: 'digits' })).items[0]);
    const until = (holds: (rollout: RolloutDetail) => boolean) =>
      patiently(async (note) => {
        const rollout = await api.getRollout(rolloutId);
        note(rollout);
        return holds(rollout) ? rollout : undefined;
      });
    await until(({ waiting }) => waiting?.kind === 'confirm');
    const seenAt = new Set<string>();
    await until(({ evidence }) => seenAt.add(evidence[0]?.at ?? '').size > LATER_LOOKS);
    gate.isOpen = true;
    await until(({ status, phases }) => status === 'promoted' && phases.impact.status === 'running');
    await patiently(async () => (await api.getImpact(rolloutId)).impact.data ?? undefined);
    return await api.getRollout(rolloutId);
  } finally {
    await gate.close();
  }
}

/** Asks until there is an answer. @param ask notes what there was instead, for the error */
async function patiently<T>(ask: (note: (found: unknown) => void) => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  let found: unknown;
  for (;;) {
    const answer = await ask((noted) => {
      found = noted;
    });
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`never came: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A hook that says "not yet" until it is opened. */
class Gate {
  isOpen = false;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ approved: this.isOpen }));
    });
  }

  static async open(): Promise<Gate> {
    const gate = new Gate();
    gate.server.listen(0, '127.0.0.1');
    await once(gate.server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

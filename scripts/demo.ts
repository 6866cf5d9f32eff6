/**
 * The whole product in two minutes: `npm run demo [-- --keep]`
 * Starts everything on this machine, rolls a good model out (with an approval), then a bad one, which rolls itself back.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startTraffic } from '../examples/traffic/traffic.js';
import { untilSignal } from '../src/cli/until-signal.js';
import { startStack } from '../src/dev/stack.js';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';
import { assertPortsFree, DEMO_PORTS, startModelServers } from './demo/processes.js';
import { printEnding, printLedger, runScript, say, untilImpact, watchRollout } from './demo/show.js';

const keep = process.argv.includes('--keep');
const stateDir = resolve('.sluice', `demo-${process.pid}`);
const undo: (() => Promise<unknown>)[] = [];

const stopped = untilSignal().then(() => {
  process.exitCode = 130;
});

try {
  await Promise.race([demo(), stopped]);
  if (keep && process.exitCode !== 130) {
    say('everything keeps running; Ctrl-C stops it');
    await stopped;
    process.exitCode = 0;
  }
} finally {
  for (const step of undo.reverse()) await step();
}

async function demo(): Promise<void> {
  await assertPortsFree();
  await mkdir(stateDir, { recursive: true });
  undo.push(() => rm(stateDir, { recursive: true, force: true }));

  say('starting Temporal, store, gateway, api, worker and three versions of a digit classifier');
  const models = startModelServers(stateDir);
  undo.push(() => models.stop());
  const stack = await startStack({
    ...DEMO_PORTS,
    stateDir,
    dataDir: '.',
    gatewayConfig: 'examples/gateway.yaml',
    report: say,
  });
  undo.push(() => stack.stop());
  await models.ready;
  const traffic = await startTraffic({
    gatewayUrl: stack.gatewayUrl,
    rowsPath: 'examples/data/digits-holdout.csv',
    ratePerSecond: 80,
    users: 1000,
    labelDelayMs: 1000,
    labelShare: 1,
    seed: 1,
  });
  undo.push(() => traffic.stop());
  const link = await connectTemporal(temporalSettings(stack.temporal.address));
  undo.push(() => link.close());
  const context = {
    client: link.client,
    namespace: link.namespace,
    stack,
    env: { TEMPORAL_ADDRESS: stack.temporal.address },
  };
  say(`traffic flows: 80 requests/s from 1,000 users; Temporal Web UI at ${stack.temporal.uiUrl ?? 'your server'}`);
  say('1. v2 is better than v1: it will be promoted, after one approval');
  await runScript(context, 'scripts/start-rollout.ts', ['examples/digits-v2.yaml', 'demo']);
  const good = await watchRollout(context, 'digits', () =>
    runScript(context, 'scripts/approve.ts', ['digits', 'demo', 'agreement and latency look good']),
  );
  await printEnding(context, good);
  const isPromoted = good.status === 'promoted';
  if (isPromoted) {
    say('v2 serves all but a fifth of the users, held back for half a minute, to read what it has changed');
    const impact = await untilImpact(context, good);
    say(`impact of v2: ${impact.verdict}; ${impact.evidence.map((e) => e.reason).join('; ')}`);
  } else say('v2 was slower, which on a busy machine it is: v1 goes on serving, and v3 is tried against it');

  say('2. v3 scales its features with the wrong statistics: batched validation does not see it, live traffic does');
  await runScript(context, 'scripts/start-rollout.ts', [await specOfV3(isPromoted ? 'v2' : 'v1'), 'demo']);
  const bad = await watchRollout(context, 'digits', async () => undefined);
  await printEnding(context, bad);

  say('the decision ledger of both, from the store');
  await printLedger(context, good);
  await printLedger(context, bad);

  const { sent, ok, failed } = traffic.stats();
  say(`users sent ${sent} requests: ${ok} answered, ${failed} failed`);
  if (!isPromoted)
    say(`v2 was to be promoted, and is ${good.status}: run the demo again when the machine has less to do`);
  if (!isPromoted || bad.status !== 'rolled-back' || failed > 0) process.exitCode = 1;
}

/** The example's rollout, against what serves. */
async function specOfV3(baseline: 'v1' | 'v2'): Promise<string> {
  const example = 'examples/digits-v3.yaml';
  if (baseline === 'v2') return example;
  const path = join(stateDir, 'v3.yaml');
  const v2 = 'baseline: { version: v2, url: http://127.0.0.1:8120 }';
  await writeFile(
    path,
    (await readFile(example, 'utf8')).replace(v2, 'baseline: { version: v1, url: http://127.0.0.1:8110 }'),
  );
  return path;
}

import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { startRollout } from '../../src/client/start-rollout.js';
import { workflowIdOf } from '../../src/client/workflow-ids.js';
import { quantiles } from '../../src/stats/sample/quantile.js';
import type { BenchWorker } from './bench-worker.js';
import { clock } from './fast-world.js';
import { benchSpec } from './specs.js';

/** From the moment a yes is sent to the moment the activity runs that changes the weight. */
export interface Reaction {
  readonly decisions: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

export interface Crowd {
  readonly atOnce: Reaction;
  readonly oneByOne: Reaction;
  readonly idleMb: number;
  readonly waitingMb: number;
  readonly endMb: number;
}

const WEIGHTS = [10, 30, 50] as const;
/** Of those, so many are approved a second time. */
const ONE_BY_ONE = 50;
const FIRST_PAUSE = 1;
const SECOND_PAUSE = 3;

/** As `sluice approve`, but with all the patience of a bench. */
export async function approveRollout(client: Client, service: string): Promise<void> {
  const decisionId = randomUUID();
  const request = { decisionId, actor: 'bench', reason: '' };
  const handle = client.workflow.getHandle(workflowIdOf(service));
  await handle.executeUpdate<unknown, [typeof request]>('approve', { args: [request], updateId: decisionId });
}

/** So many rollouts on one worker, each waiting for an approval and watched meanwhile. First all are approved at once, then one after the other. */
export async function measureCrowd(client: Client, worker: BenchWorker, size: number): Promise<Crowd> {
  const services = Array.from({ length: size }, (_, i) => `crowd-${i}`);
  const idleMb = worker.memoryMb();
  const seen = watchCrowd(worker);
  for (const service of services) await startRollout(client, crowdSpec(service), 'bench', { taskQueue: 'rollouts' });
  await seen.untilAllWait(services, FIRST_PAUSE);
  const waitingMb = worker.memoryMb();
  const approve = async (service: string, weight: number): Promise<number> => {
    const changed = seen.weight(service, weight);
    const sentAt = clock();
    await approveRollout(client, service);
    return (await changed) - sentAt;
  };
  const atOnce = await timedReaction(() => Promise.all(services.map((service) => approve(service, WEIGHTS[1]))));
  await seen.untilAllWait(services, SECOND_PAUSE);
  const oneByOne = await timedReaction(async () => {
    const times: number[] = [];
    for (const service of services.slice(0, ONE_BY_ONE)) times.push(await approve(service, WEIGHTS[2]));
    return times;
  });
  const endMb = worker.memoryMb();
  // What they still have to do is nobody's to measure.
  await Promise.allSettled(services.map((service) => client.workflow.getHandle(workflowIdOf(service)).terminate()));
  return { atOnce, oneByOne, idleMb, waitingMb, endMb };
}

function crowdSpec(service: string) {
  const bake = '1ms';
  const pause = { pause: { approval: {} } };
  const [first, second, third] = WEIGHTS;
  return benchSpec(service, [
    { setWeight: first, bake, maxDuration: '1h' },
    pause,
    { setWeight: second, bake, maxDuration: '1h' },
    pause,
    { setWeight: third, bake, maxDuration: '1h' },
  ]);
}

async function timedReaction(run: () => Promise<number[]>): Promise<Reaction> {
  const from = performance.now();
  const times = await run();
  const seconds = (performance.now() - from) / 1000;
  const [p50Ms = Number.NaN, p99Ms = Number.NaN] = quantiles(times, [0.5, 0.99]);
  return { decisions: times.length, p50Ms, p99Ms, perSecond: times.length / seconds };
}

/** What the worker tells, as promises. */
function watchCrowd(worker: BenchWorker) {
  const waiting = new Set<string>();
  const changed = new Map<string, (at: number) => void>();
  worker.onEvent((event) => {
    if (event.kind === 'waits') waiting.add(`${event.service} ${event.step}`);
    if (event.kind === 'weight') changed.get(`${event.service} ${event.weightPercent}`)?.(event.at);
  });
  return {
    weight: (service: string, weight: number) =>
      new Promise<number>((resolve) => changed.set(`${service} ${weight}`, resolve)),
    async untilAllWait(services: readonly string[], step: number): Promise<void> {
      while (!services.every((service) => waiting.has(`${service} ${step}`)))
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

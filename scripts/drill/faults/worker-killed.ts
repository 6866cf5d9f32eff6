import type { RolloutState, RolloutStatus } from '../../../src/domain/rollout-state.js';
import { type Exercise, type Finding, find } from '../finding.js';
import { DATASET } from '../installation.js';
import { endsWell } from '../ledger.js';
import type { Site, Started } from '../site.js';
import type { Changes } from '../specs.js';

/** A rollout that is in some phase when the worker dies. */
interface Victim {
  readonly service: string;
  readonly where: string;
  readonly changes: Changes;
  /** Of its users before the kill: too few where it is evidence that it waits for. */
  readonly perSecond: number;
  readonly isThere: (state: RolloutState) => boolean;
  /** Done with the next worker. */
  readonly after?: (site: Site) => Promise<void>;
  readonly ending: RolloutStatus;
  readonly patienceMs?: number;
}

const ENOUGH = 14;
const TOO_FEW = 2;
const SLOW_MS = 600;

const VICTIMS: readonly Victim[] = [
  {
    service: 'in-validation',
    where: 'validation',
    perSecond: TOO_FEW,
    changes: {
      phases: { validation: { dataset: DATASET, batchSize: 1, checks: [{ metric: 'accuracy', min: 0.9 }] } },
    },
    isThere: ({ phase }) => phase === 'validation',
    after: async ({ installation }) => installation.candidate.set('in-validation', { latencyMs: 0 }),
    ending: 'promoted',
    // The suite may take its time between two batches: its silence is believed after 90 s.
    patienceMs: 150_000,
  },
  {
    service: 'in-shadow',
    where: 'shadow',
    perSecond: TOO_FEW,
    changes: { phases: { shadow: { minSamples: 60, minAgreement: 0.5 } } },
    isThere: ({ phase, shadowPercent }) => phase === 'shadow' && shadowPercent > 0,
    ending: 'promoted',
  },
  {
    service: 'in-canary',
    where: 'a canary step',
    perSecond: TOO_FEW,
    changes: {
      phases: {
        canary: {
          steps: [
            { setWeight: 40, bake: '5s', minSamples: 40, maxDuration: '5m' },
            { setWeight: 60, bake: '1s' },
          ],
        },
      },
    },
    isThere: ({ weightPercent }) => weightPercent === 40,
    ending: 'promoted',
  },
  {
    service: 'in-approval',
    where: 'a wait for an approval',
    perSecond: ENOUGH,
    changes: {
      phases: { canary: { steps: [{ setWeight: 50, bake: '1s', maxDuration: '5m' }, { pause: { approval: {} } }] } },
    },
    isThere: ({ waiting }) => waiting?.kind === 'approval',
    after: (site) => site.send('in-approval', 'approve'),
    ending: 'promoted',
  },
  {
    service: 'in-ab',
    where: 'the A/B evaluation',
    perSecond: ENOUGH,
    changes: {
      phases: {
        canary: { steps: [{ setWeight: 30, bake: '1s', maxDuration: '5m' }] },
        abTest: { primary: 'error_rate', minDetectableEffect: 0.02 },
      },
    },
    isThere: ({ phase, weightPercent }) => phase === 'abTest' && weightPercent === 50,
    after: (site) => site.send('in-ab', 'promote'),
    ending: 'promoted',
  },
  {
    service: 'in-warm',
    where: 'the warm baseline',
    perSecond: ENOUGH,
    changes: { phases: { cutover: { keepBaselineWarm: '30m' } } },
    isThere: ({ waiting }) => waiting?.kind === 'warm-baseline',
    after: (site) => rollBackLate(site, 'in-warm'),
    ending: 'rolled-back',
  },
];

async function rollBackLate(site: Site, service: string): Promise<void> {
  await site.untilAnswered(service);
  const from = performance.now();
  await site.send(service, 'rollback');
  await site.back('rollback after the cutover', service, { from, boundMs: 5000 });
}

/** One kill meets a rollout in each phase. */
export const workerKilled: Exercise = {
  name: 'worker-killed',
  services: VICTIMS.map(({ service }) => service),
  async run(site) {
    const { worker, candidate } = site.installation;
    candidate.set('in-validation', { latencyMs: SLOW_MS });
    const started = new Map<Victim, Started>();
    // The one in validation last: it is to be there still when the others are where they belong.
    for (const victim of VICTIMS.toReversed()) {
      if (victim.service === 'in-validation') await inPlace(site, VICTIMS.slice(1));
      started.set(victim, await site.start(victim.service, victim.perSecond, victim.changes));
    }
    await inPlace(site, VICTIMS);
    await worker.kill();
    worker.start();
    return Promise.all(VICTIMS.map((victim) => ending(site, victim, started.get(victim) as Started)));
  },
};

async function inPlace(site: Site, victims: readonly Victim[]): Promise<void> {
  await Promise.all(victims.map(({ service, where, isThere }) => site.until(service, where, isThere)));
}

function ending(site: Site, victim: Victim, started: Started): Promise<Finding> {
  const { service, where, ending: status, patienceMs, after } = victim;
  return find(`worker killed in ${where}`, `${status}, nothing twice`, async () => {
    await after?.(site);
    site.load.rate(service, ENOUGH);
    const seen = await endsWell(site, started, status, patienceMs);
    site.load.rate(service, 0);
    return seen;
  });
}

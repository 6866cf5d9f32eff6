import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../../../src/client/workflow-ids.js';
import { assertSeen, type Exercise, find } from '../finding.js';
import { runIdsOf } from '../history.js';
import { endsWell } from '../ledger.js';
import type { Site } from '../site.js';
import { EVENTS_OF_A_RUN } from '../temporal.js';
import { until } from '../wait.js';

const SERVICE = 'in-new-run';
/** A watch of a second and the record after it. */
const EVENTS_OF_A_WINDOW = 12;

/** A rollout with short windows, so that its history grows as that of weeks would. */
export const workerKilledBetweenRuns: Exercise = {
  name: 'worker-killed-between-runs',
  services: [SERVICE],
  run: async (site) => [
    await find(
      'worker killed as a rollout continues as new, and again right after it has',
      'promoted, nothing twice',
      async () => {
        const canary = {
          steps: [
            { setWeight: 30, bake: '45s', maxDuration: '10m' },
            { setWeight: 60, bake: '1s' },
          ],
        };
        const started = await site.start(SERVICE, 10, { windowMs: 1000, phases: { canary } });
        await site.untilAt(SERVICE, 30);
        await untilNearItsEnd(site);
        await killed(site);
        await untilNextRun(site);
        await killed(site);
        const seen = await endsWell(site, started, 'promoted', 120_000);
        const runs = (await runIdsOf(site.client, SERVICE)).length;
        assertSeen(runs > 1, `it never continued as new; ${seen}`);
        site.load.rate(SERVICE, 0);
        return `${seen}; ${runs} runs`;
      },
    ),
  ],
};

async function killed({ installation: { worker } }: Site): Promise<void> {
  await worker.kill();
  worker.start();
}

async function describe({ client }: Site) {
  return client.workflow.getHandle(workflowIdOf(SERVICE)).describe();
}

async function untilNearItsEnd(site: Site): Promise<void> {
  const isNear = async () => (await describe(site)).historyLength >= EVENTS_OF_A_RUN - EVENTS_OF_A_WINDOW;
  await until('the history is nearly as long as a run gets', isNear, 60_000);
  // Into the middle of the window after which the run ends.
  await sleep(500);
}

async function untilNextRun(site: Site): Promise<void> {
  const { runId } = await describe(site);
  await until('the rollout goes on in a new run', async () => (await describe(site)).runId !== runId, 60_000);
}

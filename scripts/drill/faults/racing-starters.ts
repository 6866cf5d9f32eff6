import { startRollout } from '../../../src/client/start-rollout.js';
import type { SluiceError } from '../../../src/domain/errors.js';
import { assertSeen, type Exercise, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import { drillSpec, LONG } from '../specs.js';

const SERVICE = 'raced-for';
const STARTERS = 50;

export const racingStarters: Exercise = {
  name: 'racing-starters',
  services: [SERVICE],
  run: async (site) => [
    await find(
      `${STARTERS} start a rollout of one service at once`,
      `1 runs, ${STARTERS - 1} ROLLOUT_CONFLICT`,
      async () => {
        const spec = drillSpec(site.installation, SERVICE, { phases: { canary: { steps: LONG } } });
        const starts = Array.from({ length: STARTERS }, (_, i) => startRollout(site.client, spec, `starter-${i}`));
        const results = await Promise.allSettled(starts);
        const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        const conflicts = results.filter(
          (result) => result.status === 'rejected' && (result.reason as SluiceError).code === 'ROLLOUT_CONFLICT',
        );
        const [one] = started;
        const seen = `${started.length} run, ${conflicts.length} ROLLOUT_CONFLICT`;
        assertSeen(started.length === 1 && conflicts.length === STARTERS - 1, seen);
        if (one === undefined) return seen;
        site.rollouts.push({ service: SERVICE, rolloutId: one.rolloutId });
        await site.untilAt(SERVICE, 50);
        await site.send(SERVICE, 'abort');
        return `${seen}; ${await endsWell(site, { service: SERVICE, rolloutId: one.rolloutId }, 'aborted')}`;
      },
    ),
  ],
};

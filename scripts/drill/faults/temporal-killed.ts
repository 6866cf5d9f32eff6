import { assertSeen, type Exercise, type Finding, find } from '../finding.js';
import { endsWell, wholeLedger } from '../ledger.js';
import type { Site } from '../site.js';
import { LONG } from '../specs.js';
import { seconds } from '../wait.js';

const CANARY = 'lost-in-canary';
const ACCEPTED = 'lost-after-yes';
const WAITING = 'lost-in-approval';
const FORCED = 'lost-and-forced';
/** A process of the CLI, a read of both gateways, a write to both. */
const FORCE_BOUND_MS = 8000;

/** The server is killed and comes back on its database file. */
export const temporalKilled: Exercise = {
  name: 'temporal-killed',
  services: [CANARY, ACCEPTED, WAITING, FORCED],
  async run(site) {
    const { temporal } = site.installation;
    const approval = [{ setWeight: 50, bake: '1s', maxDuration: '10m' }, { pause: { approval: {} } }];
    const accepted = await site.start(ACCEPTED, 14, { phases: { canary: { steps: approval } } });
    const waiting = await site.start(WAITING, 14, { phases: { canary: { steps: approval } } });
    const forced = await site.start(FORCED, 14, { phases: { canary: { steps: LONG } } });
    for (const service of [ACCEPTED, WAITING])
      await site.until(service, 'waits', (state) => state.waiting?.kind === 'approval');
    const steps = [30, 60].map((setWeight) => ({ setWeight, bake: '5s', maxDuration: '10m' }));
    const canary = await site.start(CANARY, 14, { phases: { canary: { steps } } });
    await site.untilAt(CANARY, 30);
    await site.untilAt(FORCED, 50);

    await site.send(ACCEPTED, 'approve', 'accepted right before the kill');
    await temporal.kill();
    const back = await forceBack(site);
    temporal.start();
    await temporal.ready();
    const found = await Promise.all([
      find('Temporal killed in a canary step', 'promoted, nothing twice', () => endsWell(site, canary, 'promoted')),
      find('Temporal killed right after it accepted an approval', 'the approval is in the ledger once', async () => {
        const seen = await endsWell(site, accepted, 'promoted');
        const yes = (await wholeLedger(site, accepted.rolloutId)).filter(({ action }) => action === 'approve');
        assertSeen(yes.length === 1, `${yes.length} approvals; ${seen}`);
        return seen;
      }),
      find('Temporal killed while a rollout waits for an approval', 'it waits on; promoted after the yes', async () => {
        await site.until(WAITING, 'waits still', (state) => state.waiting?.kind === 'approval');
        await site.send(WAITING, 'approve');
        return endsWell(site, waiting, 'promoted');
      }),
      find('the rollout that was forced back, Temporal is there again', 'rolled back: traffic was taken over', () =>
        endsWell(site, forced, 'rolled-back'),
      ),
    ]);
    for (const service of this.services) site.load.rate(service, 0);
    return [back, ...found];
  },
};

function forceBack(site: Site): Promise<Finding> {
  const drill = 'rollback --force without Temporal';
  return find(drill, `exit code 0, weight 0 within ${seconds(FORCE_BOUND_MS)}`, async () => {
    const from = performance.now();
    const command = site.installation.sluice('rollback', FORCED, '--force', '--reason', 'drill');
    const ms = await site.back(drill, FORCED, { from, boundMs: FORCE_BOUND_MS });
    const { code, stdout } = await command;
    site.forcedAt.set(FORCED, Date.now());
    assertSeen(code === 0, `exit code ${code}: ${stdout}`);
    assertSeen(ms <= FORCE_BOUND_MS, `weight 0 after ${seconds(ms)}`);
    return `weight 0 after ${seconds(ms)}, most of it the start of the command`;
  });
}

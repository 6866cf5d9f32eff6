import { assertSeen, type Exercise, type Finding, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import type { Site } from '../site.js';
import { LEASE_MS, LONG } from '../specs.js';
import { seconds } from '../wait.js';

const CANARY = 'gateway-in-canary';
const ROLLBACK = 'gateway-in-rollback';
const BACK_MS = 2000;

/** One of two gateways dies, and is started again. */
export const gatewayKilled: Exercise = {
  name: 'gateway-killed',
  services: [CANARY, ROLLBACK],
  run: async (site) => [await inCanary(site), await inRollback(site)],
};

function inCanary(site: Site): Promise<Finding> {
  const [, second] = site.installation.gateways;
  return find('a gateway killed in a canary step, and restarted', 'the same weight; promoted', async () => {
    const steps = [
      { setWeight: 40, bake: '6s', maxDuration: '10m' },
      { setWeight: 60, bake: '1s' },
    ];
    const started = await site.start(CANARY, 14, { phases: { canary: { steps } } });
    await site.untilAt(CANARY, 40);
    await site.killGateway(second);
    second.start();
    await second.ready();
    const weight = await site.exposure(second, CANARY);
    assertSeen(weight === 40 || weight === 60, `it serves ${weight} % after its restart`);
    const seen = await endsWell(site, started, 'promoted');
    site.load.rate(CANARY, 0);
    return `${weight} % after its restart; ${seen}`;
  });
}

function inRollback(site: Site): Promise<Finding> {
  const [first, second] = site.installation.gateways;
  const expected = `the other at 0 within ${seconds(BACK_MS)}; aborted within the lease; after a restart 0 as well`;
  return find('a gateway killed during a rollback', expected, async () => {
    const started = await site.start(ROLLBACK, 14, { phases: { canary: { steps: LONG } } });
    await site.untilAt(ROLLBACK, 50);
    const from = performance.now();
    const [, ms] = await Promise.all([
      site.send(ROLLBACK, 'abort'),
      site.back('a gateway killed during a rollback', ROLLBACK, { from, boundMs: BACK_MS, gateways: [first] }),
      site.killGateway(second),
    ]);
    assertSeen(ms <= BACK_MS, `weight 0 after ${seconds(ms)}`);
    const seen = await endsWell(site, started, 'aborted', LEASE_MS + 10_000);
    second.start();
    await second.ready();
    const weight = await site.exposure(second, ROLLBACK);
    assertSeen(weight === 0, `${weight} % after its restart`);
    site.load.rate(ROLLBACK, 0);
    return `weight 0 after ${seconds(ms)}; ${seen}; 0 % after the restart`;
  });
}

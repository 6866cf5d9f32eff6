import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '../../../src/domain/decision.js';
import { assertSeen, type Exercise, type Finding, find } from '../finding.js';
import { endsWell, wholeLedger } from '../ledger.js';
import type { Site, Started } from '../site.js';
import { LEASE_MS, LONG } from '../specs.js';
import { seconds } from '../wait.js';

const HELD = 'gone-held';
const LATE = 'gone-late';
const REMINDED = 'gone-reminded';
const BAKE_MS = 4000;
const REMIND_MS = 2000;

/** Nobody renews a lease, no timer is heard. */
export const workersGone: Exercise = {
  name: 'workers-gone',
  services: [HELD, LATE, REMINDED],
  async run(site) {
    const { worker } = site.installation;
    const [held, late, reminded] = await begin(site);
    const goneAt = Date.now();
    const from = performance.now();
    await worker.kill();
    const lapsed = await lapse(site, from);
    // Long enough for several of the timers to be due.
    await sleep(3000);
    worker.start();
    const returned = await comesBack(site, held);
    const others = await Promise.all([oneMove(site, late), oneReminder(site, reminded, goneAt)]);
    for (const service of this.services) site.load.rate(service, 0);
    return [lapsed, returned, ...others];
  },
};

async function begin(site: Site): Promise<[Started, Started, Started]> {
  const steps = [10, 30, 60].map((setWeight) => ({ setWeight, bake: `${BAKE_MS}ms`, maxDuration: '10m' }));
  const approval = { remindEvery: `${REMIND_MS}ms` };
  const reminded = await site.start(REMINDED, 14, {
    phases: { canary: { steps: [{ setWeight: 50, bake: '1s', maxDuration: '10m' }, { pause: { approval } }] } },
  });
  const held = await site.start(HELD, 14, { phases: { canary: { steps: LONG } } });
  await site.until(REMINDED, 'waits', ({ waiting }) => waiting?.kind === 'approval');
  const late = await site.start(LATE, 40, { phases: { canary: { steps } } });
  await site.untilAt(HELD, 50);
  await site.untilAt(LATE, 10);
  return [held, late, reminded];
}

function lapse(site: Site, from: number): Promise<Finding> {
  return find('all workers gone', `weight 0 within the lease (${seconds(LEASE_MS)}) + 1 s`, async () => {
    const boundMs = LEASE_MS + 1000;
    const ms = await site.back('all workers gone', HELD, { from, boundMs });
    assertSeen(ms <= boundMs, `weight 0 after ${seconds(ms)}`);
    return `weight 0 after ${seconds(ms)}`;
  });
}

function comesBack(site: Site, held: Started): Promise<Finding> {
  return find('a worker is back after the lease', 'the weight returns in its own epoch; then an abort', async () => {
    const { gateways } = site.installation;
    const before = (await site.route(gateways[0].adminUrl, HELD)).route.epoch;
    const ms = await site.untilExposed(HELD, 50, gateways, 40_000);
    const { epoch } = (await site.route(gateways[0].adminUrl, HELD)).route;
    assertSeen(epoch === before, `50 % again, in epoch ${epoch} instead of ${before}`);
    const from = performance.now();
    await site.send(HELD, 'abort');
    await site.back('abort', HELD, { from, boundMs: 2000 });
    return `50 % again ${seconds(ms)} after the start of the worker; ${await endsWell(site, held, 'aborted')}`;
  });
}

function oneMove(site: Site, late: Started): Promise<Finding> {
  return find(
    'a bake that ended while workers were gone',
    'one move, and a whole bake at the next weight',
    async () => {
      const seen = await endsWell(site, late, 'promoted');
      const lines = (await wholeLedger(site, late.rolloutId)).filter(({ action }) => action === 'set-weight');
      const [, second, third] = lines.map(({ at }) => Date.parse(at)) as [number, number, number];
      assertSeen(third - second >= BAKE_MS, `30 % and 60 % are ${third - second} ms apart`);
      return `${seen}; ${seconds(third - second)} between the moves`;
    },
  );
}

function oneReminder(site: Site, reminded: Started, goneAt: number): Promise<Finding> {
  return find('reminders that were due while workers were gone', 'one, not all of them', async () => {
    await site.send(REMINDED, 'approve');
    const seen = await endsWell(site, reminded, 'promoted');
    const isReminder = ({ action, at }: Decision) => action === 'remind' && Date.parse(at) > goneAt;
    const [first, second] = (await wholeLedger(site, reminded.rolloutId))
      .filter(isReminder)
      .map(({ at }) => Date.parse(at));
    assertSeen(first !== undefined, 'nobody was reminded');
    assertSeen(first === undefined || first - goneAt > LEASE_MS, 'somebody was reminded without a worker');
    if (first !== undefined && second !== undefined)
      assertSeen(second - first >= REMIND_MS / 2, `two reminders within ${second - first} ms`);
    return seen;
  });
}

import { assertSeen, type Exercise, find } from '../finding.js';
import { endsWell, wholeLedger } from '../ledger.js';
import { LONG } from '../specs.js';
import { seconds } from '../wait.js';

const SERVICE = 'without-store';
const BOUND_MS = 5000;

export const storeStopped: Exercise = {
  name: 'store-stopped',
  services: [SERVICE],
  async run(site) {
    const { database } = site.installation;
    const started = await site.start(SERVICE, 14, { phases: { canary: { steps: LONG } } });
    await site.untilAt(SERVICE, 50);
    await database.stopAtOnce();
    const drill = 'abort while the store is down';
    const back = await find(drill, `weight 0 within ${seconds(BOUND_MS)}`, async () => {
      const from = performance.now();
      await site.send(SERVICE, 'abort');
      const ms = await site.back(drill, SERVICE, { from, boundMs: BOUND_MS });
      assertSeen(ms <= BOUND_MS, `weight 0 after ${seconds(ms)}`);
      return `weight 0 after ${seconds(ms)}`;
    });
    await database.startAgain();
    const whole = await find('the store is back', 'aborted; the ledger is whole', async () => {
      const seen = await endsWell(site, started, 'aborted');
      const last = (await wholeLedger(site, started.rolloutId)).some(({ action }) => action === 'abort');
      assertSeen(last, `no abort in the ledger; ${seen}`);
      return seen;
    });
    site.load.rate(SERVICE, 0);
    return [back, whole];
  },
};

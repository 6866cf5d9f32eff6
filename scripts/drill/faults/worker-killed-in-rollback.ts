import { assertSeen, type Exercise, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import type { Site, Started } from '../site.js';
import { LEASE_MS, LONG } from '../specs.js';
import { seconds } from '../wait.js';

/** Several, as what is under way in the moment of the kill is a matter of milliseconds. */
const SERVICES = ['in-rollback-1', 'in-rollback-2', 'in-rollback-3', 'in-rollback-4', 'in-rollback-5'];

const BOUND_MS = LEASE_MS + 1000;

/** The worker dies right after it has accepted an abort. */
export const workerKilledInRollback: Exercise = {
  name: 'worker-killed-in-rollback',
  services: SERVICES,
  async run(site) {
    const { worker } = site.installation;
    const started = await Promise.all(
      SERVICES.map((service) => site.start(service, 8, { phases: { canary: { steps: LONG } } })),
    );
    for (const service of SERVICES) await site.untilAt(service, 50);
    const accepted = new Set<string>();
    const sent = SERVICES.map((service) => site.send(service, 'abort').then(() => accepted.add(service)));
    await Promise.any(sent);
    await worker.kill();
    const killedAt = performance.now();
    const inTime = started.filter(({ service }) => accepted.has(service));
    worker.start();
    const finding = await find(
      `worker killed right after it accepted an abort, of ${SERVICES.length} sent at once`,
      `aborted, weight 0 within the lease + 1 s: ${seconds(BOUND_MS)}; nothing twice`,
      () => waysBack(site, inTime, killedAt),
    );
    await Promise.allSettled(sent);
    for (const service of SERVICES) site.load.rate(service, 0);
    return [finding];
  },
};

async function waysBack(site: Site, accepted: readonly Started[], from: number): Promise<string> {
  const drill = 'worker killed right after it accepted an abort';
  const times = await Promise.all(
    accepted.map(({ service }) => site.back(drill, service, { from, boundMs: BOUND_MS })),
  );
  for (const rollout of accepted) await endsWell(site, rollout, 'aborted');
  const seen = `${accepted.length} accepted before the kill, all aborted; weight 0 after ${times.map(seconds).join(', ')}`;
  assertSeen(
    times.every((ms) => ms <= BOUND_MS),
    seen,
  );
  return seen;
}

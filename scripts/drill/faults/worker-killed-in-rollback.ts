import { assertSeen, type Exercise, type Finding, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import type { Site, Started } from '../site.js';
import { LEASE_MS, LONG } from '../specs.js';
import { seconds } from '../wait.js';

/** Several, as what is under way in the moment of the kill is a matter of milliseconds. */
const SERVICES = ['in-rollback-1', 'in-rollback-2', 'in-rollback-3', 'in-rollback-4', 'in-rollback-5'];

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
    const inTime = new Set(accepted);
    worker.start();
    const findings = await Promise.all(
      started
        .filter(({ service }) => inTime.has(service))
        .map((rollout) => wayBack(site, rollout, killedAt, `${inTime.size} of ${SERVICES.length}`)),
    );
    await Promise.allSettled(sent);
    for (const service of SERVICES) site.load.rate(service, 0);
    return findings;
  },
};

function wayBack(site: Site, started: Started, from: number, which: string): Promise<Finding> {
  const boundMs = LEASE_MS + 1000;
  const drill = `worker killed right after it accepted an abort (${which} were)`;
  return find(drill, `aborted, weight 0 within the lease + 1 s: ${seconds(boundMs)}`, async () => {
    const ms = await site.back(drill, started.service, { from, boundMs });
    const seen = `weight 0 after ${seconds(ms)}; ${await endsWell(site, started, 'aborted')}`;
    assertSeen(ms <= boundMs, seen);
    return seen;
  });
}

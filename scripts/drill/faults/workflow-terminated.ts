import { workflowIdOf } from '../../../src/client/workflow-ids.js';
import { assertSeen, type Exercise, find } from '../finding.js';
import type { Site } from '../site.js';
import { LEASE_MS, LONG } from '../specs.js';
import { seconds } from '../wait.js';

const SERVICE = 'terminated';
/** The watch hears of it with its next heartbeat, which the SDK sends after four fifths of the time-out of half a lease. */
const HEARD_MS = 0.8 * (LEASE_MS / 2);

/** Somebody ends the workflow itself: no code of ours runs any more. */
export const workflowTerminated: Exercise = {
  name: 'workflow-terminated',
  services: [SERVICE],
  async run(site) {
    await site.start(SERVICE, 14, { phases: { canary: { steps: LONG } } });
    await site.untilAt(SERVICE, 50);
    const from = performance.now();
    await site.client.workflow.getHandle(workflowIdOf(SERVICE)).terminate('drill');
    const [orphan, lapsed] = await Promise.all([isOrphan(site), lapse(site, from)]);
    const cleared = await clear(site);
    site.load.rate(SERVICE, 0);
    return [orphan, lapsed, cleared];
  },
};

const lapse = (site: Site, from: number) => {
  const boundMs = LEASE_MS + HEARD_MS + 1000;
  const expected = `weight 0 within the lease once the watch has heard of it: ${seconds(boundMs)}`;
  return find('workflow terminated', expected, async () => {
    const ms = await site.back('workflow terminated', SERVICE, { from, boundMs });
    assertSeen(ms <= boundMs, `weight 0 after ${seconds(ms)}`);
    return `weight 0 after ${seconds(ms)}`;
  });
};

async function findings({ installation }: Site): Promise<{ code: string; remedy: string }[]> {
  const { stdout } = await installation.sluice('doctor', '--service', SERVICE, '-o', 'json');
  return (JSON.parse(stdout.slice(stdout.indexOf('{'))) as { findings: { code: string; remedy: string }[] }).findings;
}

const isOrphan = (site: Site) =>
  find('doctor, of a terminated workflow', 'an orphan, with the command that clears it', async () => {
    const found = await findings(site);
    const orphan = found.find(({ code }) => code === 'orphan');
    assertSeen(orphan !== undefined, `found ${found.map(({ code }) => code).join(', ') || 'nothing'}`);
    return `orphan: ${orphan?.remedy.split(' --reason')[0]}`;
  });

const clear = (site: Site) =>
  find('rollback --force of an orphan', 'exit code 0; the doctor finds no orphan any more', async () => {
    const { code, stdout } = await site.installation.sluice('rollback', SERVICE, '--force', '--reason', 'drill');
    site.forcedAt.set(SERVICE, Date.now());
    assertSeen(code === 0, `exit code ${code}: ${stdout}`);
    const found = await findings(site);
    assertSeen(!found.some((finding) => finding.code === 'orphan'), 'the orphan is still there');
    return `confirmed by ${site.installation.gateways.length} gateways; no orphan`;
  });

import type { IncidentErrand } from '../../src/domain/incident.js';
import type { MonitorRunSummary } from '../../src/domain/monitor-run.js';
import { monitorOf } from '../monitors/frame/monitor-stage.js';
import type { GroupScenario } from './group-scenarios.js';

const AT = '2026-11-21T10:00:00.000Z';

const errandOf = (service: string): IncidentErrand => ({
  target: { webhook: 'https://hooks.example.test/' },
  notice: {
    id: `i-${service}/opened/n1`,
    event: 'incident-opened',
    at: AT,
    incidentId: 'i-0123456789ab',
    service,
    severity: 'critical',
    cause: 'environment',
    version: null,
    source: 'monitor',
    monitor: 'deps',
    status: 'open',
    title: 'deps: db does not answer',
    openedAt: AT,
    evidence: [],
  },
});
const summaryOf = (service: string): MonitorRunSummary => ({
  service,
  monitor: 'deps',
  kind: 'dependencies',
  at: AT,
  verdict: 'fail',
  reason: 'db does not answer',
  findings: 1,
  opened: ['i-0123456789ab'],
  ongoing: [],
  resolved: [],
});

/** A run that finds something, tells somebody whom another run is telling already, and somebody else. */
function run(notice: boolean): GroupScenario['play'] {
  return async ({ stage, world, name }) => {
    const errand = errandOf(name);
    const later = { ...errand, notice: { ...errand.notice, id: `${errand.notice.id}-2` } };
    world.runMonitor = async () => ({ summary: summaryOf(name), errands: [errand, errand, later] });
    world.deaf = true;
    const { workflow } = stage.temporal.client;
    const workflowId = `monitor/${name}/deps`;
    const given = monitorOf(name, { tcp: { host: '127.0.0.1', port: 1 } });
    await workflow.execute('monitor', { workflowId, taskQueue: name, args: [given] });
    world.deaf = false;
    for (const { id } of [errand.notice, later.notice]) await workflow.getHandle(`incident-notice/${id}`).result();
    return notice ? `incident-notice/${errand.notice.id}` : workflowId;
  };
}

export const MONITOR_SCENARIOS: readonly GroupScenario[] = [
  { name: 'monitor-run', play: run(false) },
  { name: 'incident-notice', play: run(true) },
];

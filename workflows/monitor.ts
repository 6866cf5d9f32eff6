import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { log, ParentClosePolicy, proxyActivities, setCurrentDetails, startChild } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { IncidentErrand } from '../src/domain/incident.js';
import type { MonitorRunSummary } from '../src/domain/monitor-run.js';
import type { MonitorSpec } from '../src/domain/spec/monitors/index.js';
import { text } from './details.js';
import { incidentNotice } from './incident-notice.js';

/** What a run may take besides measuring. */
const MARGIN_MS = 30_000;
/** A run whose store is away is given up after this, if not before its own next one: the schedule begins another. */
const LONGEST_MS = 600_000;

/** One run of a monitor, begun by its schedule or by a person. */
export async function monitor(spec: MonitorSpec): Promise<MonitorRunSummary> {
  const { service, name, kind, timeout, every } = spec;
  const startToCloseTimeout = timeout + MARGIN_MS;
  const { runMonitor } = proxyActivities<Pick<Activities, 'runMonitor'>>({
    startToCloseTimeout,
    scheduleToCloseTimeout: startToCloseTimeout + Math.min(every, LONGEST_MS),
    heartbeatTimeout: '15s',
    retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '10s' },
  });
  setCurrentDetails(`### ${text(service)}: ${text(name)} (${kind}) is measuring`);
  const { summary, errands } = await runMonitor.executeWithOptions({ summary: `measure ${kind}` }, [spec]);
  for (const errand of errands) await handOver(errand);
  setCurrentDetails(monitorDetails(summary));
  return summary;
}

/** Each notice is a workflow of its own, so that who can't be reached holds up no run; it goes on by itself, and is not doubled. */
export async function handOver(errand: IncidentErrand): Promise<void> {
  const { id, service, event } = errand.notice;
  try {
    await startChild(incidentNotice, {
      workflowId: `incident-notice/${id}`,
      args: [errand],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${service}: ${event}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    log.debug(`${id} is being told already`);
  }
}

function monitorDetails({ service, monitor, kind, at, verdict, reason, ...run }: MonitorRunSummary): string {
  const { findings, opened, ongoing, resolved } = run;
  const rows = [
    ['opened', opened],
    ['ongoing', ongoing],
    ['resolved', resolved],
  ] as const;
  const incidents = rows.filter(([, ids]) => ids.length > 0).map(([what, ids]) => `- ${what}: ${ids.join(', ')}`);
  const head = `### ${text(service)}: ${text(monitor)} (${kind}) says ${verdict}\n\n${text(reason)}`;
  const tail =
    incidents.length === 0 ? '' : `\n\n${incidents.join('\n')}\n\n\`\`\`\nsluice incidents show <id>\n\`\`\``;
  return `${head}\n\n${findings} findings at ${at}.${tail}`;
}

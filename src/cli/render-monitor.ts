import type { MonitorHistory } from '../api/schema/record.js';
import type { MonitorSchedule, ScheduledMonitor } from '../client/monitors.js';
import { cutText } from '../domain/cut-text.js';
import type { ReadingLine } from '../ports/monitor-store.js';
import { renderTable } from './render-table.js';

const MOST_FINDINGS = 20;

export function renderMonitors(monitors: readonly ScheduledMonitor[], readings: readonly ReadingLine[]): string {
  const rows = monitors.map(({ service, name, kind, everyMs, paused, lastRunAt }) => {
    const read = readings.find((one) => one.service === service && one.monitor === name);
    const cells = [
      service,
      name,
      kind ?? '?',
      everyMs === null ? '?' : `${everyMs / 1000} s`,
      paused ? 'paused' : 'runs',
    ];
    return [...cells, lastRunAt ?? 'not yet', read?.verdict ?? '', cutText(read?.reason ?? '', 80)];
  });
  return renderTable(['SERVICE', 'MONITOR', 'KIND', 'EVERY', 'STATE', 'LAST RUN', 'VERDICT', 'BECAUSE'], rows);
}

export function renderMonitor(schedule: MonitorSchedule, history: MonitorHistory | null): string {
  const { service, name, kind, everyMs, paused, note, lastRunAt, nextRunAt, runs, skipped, missed, running } = schedule;
  const lines = [
    `${service}/${name}  ${kind ?? 'unknown kind'}, every ${everyMs === null ? '?' : everyMs / 1000} s`,
    `  state    ${paused ? 'paused' : 'runs'}${note === '' ? '' : ` (${note})`}`,
    `  runs     ${runs} begun, ${running} under way, ${skipped} left out, ${missed} missed`,
    `  last     ${lastRunAt ?? 'not yet'}`,
    `  next     ${nextRunAt ?? 'none'}`,
  ];
  if (history === null) return [...lines, '  no reading yet'].join('\n');
  const { latest, readings } = history;
  lines.push(`  says     ${latest.verdict} at ${latest.at}: ${latest.reason}`);
  for (const { severity, cause, message } of latest.findings.slice(0, MOST_FINDINGS))
    lines.push(`    ${severity} (${cause}) ${message}`);
  const rows = readings.map(({ at, verdict, reason }) => [at, verdict, cutText(reason, 100)]);
  return `${lines.join('\n')}\n\n${renderTable(['AT', 'VERDICT', 'BECAUSE'], rows)}`;
}

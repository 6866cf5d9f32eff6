import type { MonitorReading } from '../../domain/monitor.js';
import type { MonitorStore } from '../../ports/monitor-store.js';
import { type GaugeSample, secondsOf } from './api-gauges.js';

const MOST_MONITORS = 200;
const MOST_VALUES = 50;

/** What each monitor last said. */
export async function readMonitors(monitors: MonitorStore): Promise<GaugeSample[]> {
  const samples: GaugeSample[] = [];
  for (const { service, monitor } of await monitors.overview({ limit: MOST_MONITORS })) {
    const reading = await monitors.latest(service, monitor);
    if (reading !== null) samples.push(...samplesOf(reading));
  }
  return samples;
}

function samplesOf({ service, monitor, kind, at, verdict, findings, values }: MonitorReading): GaugeSample[] {
  const labels = { service, monitor, kind };
  const found = (['critical', 'warning'] as const).map(
    (severity): GaugeSample => ({
      name: 'sluice_monitor_findings',
      labels: { ...labels, severity },
      value: findings.filter((finding) => finding.severity === severity).length,
    }),
  );
  // Of single features, instances and signatures there may be thousands: a report's, not a metric's.
  const measured = values
    .filter(({ subject, value }) => subject === null && value !== null && Number.isFinite(value))
    .slice(0, MOST_VALUES)
    .map(
      ({ metric, version, value }): GaugeSample => ({
        name: 'sluice_monitor_value',
        labels: { ...labels, metric, version: version ?? '' },
        value: value ?? Number.NaN,
      }),
    );
  return [
    { name: 'sluice_monitor_verdict', labels: { ...labels, verdict }, value: 1 },
    { name: 'sluice_monitor_read_timestamp_seconds', labels, value: secondsOf(at) },
    ...found,
    ...measured,
  ];
}

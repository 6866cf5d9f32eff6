/** What the api says of the store, by name of the metric: its help and its labels. docs/metrics.md lists them for users. */
export const API_GAUGES = {
  model_accuracy: {
    help: 'Share of right answers among the newest 1,000 labelled predictions of the past day; absent below 100.',
    labels: ['service', 'version'],
  },
  sluice_model_labelled_predictions: {
    help: 'Labelled predictions that model_accuracy rests on, or would.',
    labels: ['service', 'version'],
  },
  sluice_model_labelled_share: {
    help: 'Share of predictions with a label, since the oldest of those.',
    labels: ['service', 'version'],
  },
  sluice_model_prediction_drift: {
    help: 'Total variation between the labels the candidate and the baseline predict, 0..1; the newest 1,000 of the past day each.',
    labels: ['service', 'version'],
  },
  sluice_rollout_status: { help: '1 for the status of the newest rollout.', labels: ['service', 'status'] },
  sluice_rollout_phase: { help: '1 for the phase of a rollout in progress.', labels: ['service', 'phase'] },
  sluice_rollout_versions: {
    help: '1 for the versions of the newest rollout.',
    labels: ['service', 'baseline', 'candidate'],
  },
  sluice_rollout_weight_percent: { help: 'Weight of the newest rollout’s candidate.', labels: ['service'] },
  sluice_rollout_started_timestamp_seconds: { help: 'When the newest rollout began.', labels: ['service'] },
  sluice_wanted_route_epoch: { help: 'Epoch of the route that gateways should have.', labels: ['service'] },
  sluice_incidents_open: { help: 'Incidents that are not resolved.', labels: ['service', 'severity'] },
  sluice_monitor_verdict: {
    help: '1 for the verdict of a monitor’s newest reading.',
    labels: ['service', 'monitor', 'kind', 'verdict'],
  },
  sluice_monitor_findings: {
    help: 'Findings of a monitor’s newest reading.',
    labels: ['service', 'monitor', 'kind', 'severity'],
  },
  sluice_monitor_read_timestamp_seconds: {
    help: 'When a monitor last ran.',
    labels: ['service', 'monitor', 'kind'],
  },
  sluice_monitor_value: {
    help: 'What a monitor last measured of the service as a whole or of a version; 50 values at most.',
    labels: ['service', 'monitor', 'kind', 'metric', 'version'],
  },
} as const satisfies Record<string, { readonly help: string; readonly labels: readonly string[] }>;

export type ApiGauge = keyof typeof API_GAUGES;

/** One number of a gauge. */
export interface GaugeSample {
  readonly name: ApiGauge;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** ISO to what Prometheus counts in. */
export function secondsOf(at: string): number {
  return Date.parse(at) / 1000;
}

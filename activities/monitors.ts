import type { IncidentErrand } from '../src/domain/incident.js';
import type { RunMonitor } from '../src/domain/monitor.js';
import type { MonitorRunResult } from '../src/domain/monitor-run.js';
import type { MonitorSpec } from '../src/domain/spec/monitors/index.js';
import { runMonitorOnce } from '../src/incidents/run-once.js';
import { toldKey } from '../src/incidents/telling.js';
import { createDependencyMonitor, type DependencyMonitorDeps } from '../src/monitors/dependencies/run-monitor.js';
import { createFeatureMonitor } from '../src/monitors/features/run-monitor.js';
import { createLogsMonitor } from '../src/monitors/logs/run-monitor.js';
import { createModelMonitor } from '../src/monitors/model/run-monitor.js';
import { createPerformanceMonitor } from '../src/monitors/performance/run-monitor.js';
import { createResourceMonitor, type ResourceMonitorDeps } from '../src/monitors/resources/run-monitor.js';
import { createUserMonitor } from '../src/monitors/users/run-monitor.js';
import { targetName } from '../src/notify/deliver.js';
import type { AlertSink } from '../src/ports/alert-sink.js';
import type { Store } from '../src/ports/store.js';
import { environmentSecrets } from '../src/secrets/secrets.js';
import { whileBeating } from './beating.js';

export interface MonitorActivityDeps {
  readonly store: Store;
  /** What a spec's probes may call. */
  readonly policy: DependencyMonitorDeps['policy'];
  /** Of this worker's Prometheus; absent or null: it knows none, and what needs it is inconclusive. */
  readonly promQuery?: DependencyMonitorDeps['promQuery'];
  readonly promVector?: ResourceMonitorDeps['promVector'];
  /** Default: this process's environment. */
  readonly secrets?: DependencyMonitorDeps['secrets'];
  /** The rollouts that hear of what monitors find. */
  readonly alerts: AlertSink;
}

type Kind = MonitorSpec['kind'];
type Runners = { readonly [K in Kind]: RunMonitor<Extract<MonitorSpec, { kind: K }>> };

/** All kinds: one that the spec knows and that is missing here does not compile. */
function createRunners({ store, policy, promQuery, promVector, secrets }: MonitorActivityDeps): Runners {
  return {
    dependencies: createDependencyMonitor({
      policy,
      promQuery: promQuery ?? null,
      secrets: secrets ?? environmentSecrets,
    }),
    resources: createResourceMonitor({ promVector: promVector ?? null }),
    logs: createLogsMonitor(store),
    model: createModelMonitor(store.monitorData),
    features: createFeatureMonitor(store.monitorData),
    performance: createPerformanceMonitor(store.monitorData),
    users: createUserMonitor(store.monitorData),
  };
}

export const createMonitorActivities = (deps: MonitorActivityDeps) => {
  const runners = createRunners(deps);
  const { store, alerts } = deps;
  return {
    /**
     * Runs a monitor once: measures, keeps the reading, opens and ends incidents, tells the rollout. All of it may be repeated. Heartbeats;
     * cancellation ends the measuring.
     * @throws {SluiceError} STORE_UNAVAILABLE, TEMPORAL_UNAVAILABLE, which a retry may mend
     */
    async runMonitor(spec: MonitorSpec): Promise<MonitorRunResult> {
      // Which spec belongs to which runner is known by `kind`; the compiler can't see that.
      const measure = runners[spec.kind] as RunMonitor<MonitorSpec>;
      return whileBeating(({ cancellationSignal }) =>
        runMonitorOnce({ store, alerts, measure }, spec, cancellationSignal),
      );
    },

    /** Writes into the incident that somebody was told, or why they could not be. */
    async recordTold({ target, notice }: IncidentErrand, failure: string | null): Promise<void> {
      const name = targetName(target);
      await store.incidents.append(notice.incidentId, {
        key: toldKey(notice),
        kind: failure === null ? 'told' : 'not-told',
        at: new Date().toISOString(),
        by: 'sluice',
        text: `${name}: ${notice.event}${failure === null ? '' : `: ${failure}`}`,
      });
    },
  };
};

export type MonitorActivities = ReturnType<typeof createMonitorActivities>;

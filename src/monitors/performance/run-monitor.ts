import type { MonitorRun, RunMonitor } from '../../domain/monitor.js';
import { BUCKET_MS } from '../../domain/observation.js';
import type { PerformanceMonitor } from '../../domain/spec/monitors/performance.js';
import type { MonitorData } from '../../ports/monitor-data.js';
import { unmeasurable } from '../windows/outcome.js';
import { evaluatePerformance, type PerformanceRows } from './evaluate.js';

/** Gateways ship each bucket within some seconds of its end. */
const SHIPPING_MS = 5000;

/** What the store can't answer is thrown, for the activity's retries. */
export function createPerformanceMonitor(data: MonitorData): RunMonitor<PerformanceMonitor> {
  return async (spec, run) => {
    const { service, at, signal } = run;
    const serving = await data.serving(service);
    if (serving === null)
      return unmeasurable(run, 'performance', `${service} has no route: nobody knows which versions should serve`);
    const window = wholeBuckets(spec.window, at, serving.since);
    if (window === null)
      return unmeasurable(run, 'performance', `the weights of ${service} changed at ${serving.since}: too short ago`);
    const traffic = await data.traffic({ service, ...window });
    signal.throwIfAborted();
    const reference = await referenceOf(spec, serving.baseline, run, data);
    return evaluatePerformance(
      spec,
      {
        serving,
        reference,
        window,
        traffic: new Map(traffic.map((one) => [one.version, one])),
        isWhole: Date.parse(serving.since) <= Date.parse(at) - spec.window,
        seconds: (Date.parse(window.until) - Date.parse(window.since)) / 1000,
      },
      run,
    );
  };
}

/**
 * Weights are never pooled: nobody answers for what the same version did under another load.
 * @param servingSince when the weights became what they are
 * @returns null where not one whole bucket has passed since
 */
function wholeBuckets(lengthMs: number, at: string, servingSince: string): { since: string; until: string } | null {
  const until = Math.floor((Date.parse(at) - SHIPPING_MS) / BUCKET_MS) * BUCKET_MS;
  const buckets = Math.max(1, Math.round(lengthMs / BUCKET_MS));
  const first = Math.ceil(Date.parse(servingSince) / BUCKET_MS) * BUCKET_MS;
  const since = Math.max(until - buckets * BUCKET_MS, first);
  if (since >= until) return null;
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

async function referenceOf(
  { reference, window }: PerformanceMonitor,
  version: string,
  { service, at }: MonitorRun,
  data: MonitorData,
): Promise<PerformanceRows['reference']> {
  if (reference === undefined) return null;
  const span = await spanOf(reference, { service, version }, data);
  if (span === null) return { why: `no rollout has promoted ${version}: say which stretch is its reference` };
  if (Date.parse(span.until) > Date.parse(at) - window)
    return { why: `the reference of ${version} ends at ${span.until}, within the window` };
  const traffic = await data.traffic({ service, ...span });
  return traffic.find((one) => one.version === version) ?? { version, requests: 0, errors: 0, latency: {} };
}

async function spanOf(
  reference: NonNullable<PerformanceMonitor['reference']>,
  { service, version }: { readonly service: string; readonly version: string },
  data: MonitorData,
): Promise<{ since: string; until: string } | null> {
  if (reference.from === 'stretch') return reference;
  const since = await data.promotedAt(service, version);
  return since === null ? null : { since, until: new Date(Date.parse(since) + reference.length).toISOString() };
}

import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities, Gate, WatchInput } from '../../activities/index.js';
import type { Route } from '../../src/domain/route.js';
import { type Evidence, type Verdict, verdictSignature } from '../../src/domain/verdict.js';

/** What the bench hears of, with the wall clock's milliseconds and fractions of them. */
export type WorldEvent =
  | { readonly kind: 'weight'; readonly service: string; readonly weightPercent: number; readonly at: number }
  | { readonly kind: 'waits'; readonly service: string; readonly step: number | null }
  | { readonly kind: 'window'; readonly service: string; readonly count: number };

/** The activities that a canary takes. */
type Script = Pick<
  Activities,
  | 'claimService'
  | 'newestEpoch'
  | 'setTraffic'
  | 'assertServersReady'
  | 'assertBaselineReady'
  | 'verifyStart'
  | 'watch'
  | 'watchServing'
  | 'untilFree'
  | 'record'
>;

/** Services of this name have a gate that passes after so many windows, each of them over at once: `week-2016`. */
const LONG = /^week-(\d+)/;

export const clock = () => performance.timeOrigin + performance.now();

/** Activities that answer at once, so that what is measured is the workflow and Temporal. */
export function fastWorld(tell: (event: WorldEvent) => void): Script {
  const epochs = new Map<string, number>();
  const windows = new Map<string, number>();
  return {
    claimService: async ({ service }) => ({ epoch: epochs.get(service) ?? 0 }),
    newestEpoch: async (service) => epochs.get(service) ?? 0,
    setTraffic: async (route) => {
      tell({ kind: 'weight', service: route.service, weightPercent: weightOf(route), at: clock() });
      if (route.epoch <= (epochs.get(route.service) ?? 0))
        throw ApplicationFailure.nonRetryable(`epoch ${route.epoch} of ${route.service} is old`, 'EPOCH_STALE');
      epochs.set(route.service, route.epoch);
      return { gateways: 1 };
    },
    assertServersReady: async () => undefined,
    assertBaselineReady: async () => undefined,
    verifyStart: async () => null,
    watch: (input) => watch(input, windows, tell),
    watchServing: async ({ windowMs, late }) => {
      await quiet(windowMs);
      return { evidence: [], progress: late?.progress ?? {}, superseded: null };
    },
    untilFree: async () => ({ held: null }),
    record: async ({ state: { service, waiting, step } }) => {
      if (waiting?.kind === 'approval') tell({ kind: 'waits', service, step });
    },
  };
}

const weightOf = ({ baseline, weightPercent }: Route) => (baseline.version === 'v2' ? 100 : weightPercent);

async function watch(input: WatchInput, windows: Map<string, number>, tell: (event: WorldEvent) => void) {
  const { service } = input.route;
  const needed = Number(LONG.exec(service)?.[1] ?? 0);
  const count = (windows.get(service) ?? 0) + 1;
  windows.set(service, count);
  if (needed > 0) tell({ kind: 'window', service, count });
  const gate = said(input.gate.kind, count > needed ? 'pass' : 'inconclusive');
  const evidence = [said('error_rate', 'pass')];
  const summary = { evidence, progress: {}, gate, looks: 10, superseded: null };
  const isNews = verdictSignature(evidence, gate) !== input.known;
  if (!isNews && needed === 0) await quiet(input.windowMs);
  return summary;
}

/** A window in which nothing happens; cancellation ends it. */
async function quiet(windowMs: number): Promise<void> {
  const until = performance.now() + windowMs;
  while (performance.now() < until) {
    Context.current().heartbeat();
    await Context.current().sleep(Math.min(5000, windowMs));
  }
}

function said(metric: Gate['kind'] | 'error_rate', verdict: Verdict): Evidence {
  const arm = { samples: 12_345, value: 0.0123 };
  const numbers = { baseline: arm, candidate: arm, difference: 0, bound: 0.004, margin: 0.01, alpha: 0.01 };
  const reason = `${metric}: candidate 1.23 % of 12345, baseline 1.23 % of 12345; no harm beyond the margin of 1.00 %`;
  return { metric, verdict, reason, ...numbers, rule: 'always-valid', dryRun: false };
}

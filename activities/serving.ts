import { Context } from '@temporalio/activity';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import type { Route } from '../src/domain/route.js';
import type { Guardrail } from '../src/domain/spec/guardrail.js';
import { type Evidence, verdictSignature } from '../src/domain/verdict.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';
import { apartFrom, type LookDeps, look } from './look.js';

/** The last trial, whose labels and feedback may still come in. */
export interface LateLabels {
  /** Not in force any more. */
  readonly route: Route;
  /** Epochs of that weight, both inclusive. */
  readonly epochs: readonly [number, number];
  /** Only those whose samples may come late. */
  readonly guardrails: readonly Guardrail[];
  readonly alpha: number;
  readonly progress: ProgressByMetric;
}

export interface ServingInput {
  readonly service: string;
  /** Of the cutover. */
  readonly epoch: number;
  /** Null where nothing is judged that could come late. */
  readonly late: LateLabels | null;
  readonly tickMs: number;
  readonly windowMs: number;
  /** What the workflow knows already: the activity returns early once its verdicts differ from this. */
  readonly known: string;
}

export interface ServingSummary {
  readonly evidence: Evidence[];
  readonly progress: ProgressByMetric;
  /** Why the cutover is not in force any more; null where it is. */
  readonly superseded: string | null;
}

export interface ServingDeps extends Pick<LookDeps, 'metrics'> {
  readonly router: TrafficRouter;
}

export const createServingActivities = (deps: ServingDeps) => ({
  /**
   * Watches what serves after a cutover, for one window: whether anybody else has moved the traffic (a forced rollback), and what labels
   * say that come late. Those are judged over the last trial, in which both arms answered at the same time. Returns when either
   * changes, else at the end of the window.
   */
  async watchServing(input: ServingInput): Promise<ServingSummary> {
    const until = performance.now() + input.windowMs;
    let progress = input.late?.progress ?? {};
    for (;;) {
      const judged = input.late === null ? { evidence: [], progress } : await judge(deps, input.late, progress);
      progress = judged.progress;
      const summary = { ...judged, superseded: await newerThan(deps.router, input) };
      Context.current().heartbeat();
      const isOther = input.late !== null && verdictSignature(summary.evidence, null) !== input.known;
      if (summary.superseded !== null || isOther || performance.now() > until) return summary;
      await Context.current().sleep(input.tickMs);
    }
  },
});

export type ServingActivities = ReturnType<typeof createServingActivities>;

function judge(deps: ServingDeps, late: LateLabels, progress: ProgressByMetric) {
  const { route, epochs, guardrails, alpha } = late;
  const { service, rolloutId } = route;
  const scope = { service, epochs, ...(rolloutId === null ? {} : { rolloutId }) };
  return look(deps, { scope, arm: 'candidate', apart: apartFrom(route), guardrails, alpha }, progress);
}

async function newerThan(router: TrafficRouter, { service, epoch }: ServingInput): Promise<string | null> {
  const applied = await router.readBack(service);
  const newer = applied.find(({ route }) => route.epoch > epoch);
  return newer ? `${newer.gatewayId} serves epoch ${newer.route.epoch}, the cutover was epoch ${epoch}` : null;
}

import { Context } from '@temporalio/activity';
import { ERROR_CODES, SluiceError } from '../src/domain/errors.js';
import { plannedReplicas } from '../src/domain/planned-replicas.js';
import type { AppliedRoute } from '../src/domain/route.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Scaling } from '../src/domain/spec/scaling.js';
import type { Scaler, ScalingSubject } from '../src/ports/scaler.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';
import { whileBeating } from './beating.js';

export interface ScalingDeps {
  readonly scaler: Scaler;
  readonly router: TrafficRouter;
}

/** What of a rollout says how it is scaled. */
export type ScalingInput = Pick<RolloutSpec, 'service' | 'baseline' | 'candidate'> & { readonly scaling: Scaling };

export interface ScalingResult {
  /** Whether as many as the weight needs take requests now. */
  readonly isReady: boolean;
  /** How many there are to be; null where nobody could say. */
  readonly replicas: number | null;
  readonly ready: number;
  /** One line for the ledger. */
  readonly reason: string;
}

export const createScalingActivities = ({ scaler, router }: ScalingDeps) => ({
  /**
   * Sees to it that the candidate has the replicas a weight needs, and waits until they are ready. Never takes any away: others, an autoscaler
   * perhaps, may have wanted more. What does not work out is a result, not an error. Heartbeats; another worker goes on with the same end.
   */
  async scaleFor(spec: ScalingInput, weightPercent: number): Promise<ScalingResult> {
    const wanted = plannedReplicas(spec.scaling, weightPercent);
    return beating(spec.scaling.readyTimeout, (wait) => untilReady(scaler, spec, wanted, wait));
  },

  /**
   * Takes a version's replicas down to `idle`, once no gateway sends it anything.
   * @throws {SluiceError} SCALING_FAILED where one still does, or the scaler does not answer; SCALING_REFUSED
   */
  async scaleDown(spec: ScalingInput, role: 'candidate' | 'baseline'): Promise<{ from: number; to: number }> {
    const subject = subjectOf(spec, role);
    if (subject === null)
      throw new SluiceError('SCALING_REFUSED', `the spec says nothing of how the ${role} is scaled`);
    await assertOutOfTraffic(router, subject);
    const { cancellationSignal } = Context.current();
    const from = await scaler.replicas(subject, cancellationSignal);
    const to = Math.min(from, spec.scaling.idle);
    if (to < from) await scaler.scale(subject, to, cancellationSignal);
    return { from, to };
  },
});

export type ScalingActivities = ReturnType<typeof createScalingActivities>;

interface Wait {
  readonly endsAt: number;
  readonly signal: AbortSignal;
  sleep(ms: number): Promise<void>;
}

async function untilReady(scaler: Scaler, spec: ScalingInput, wanted: number, wait: Wait): Promise<ScalingResult> {
  const { candidate, scaling } = spec;
  const subject: ScalingSubject = { service: spec.service, version: candidate.version, target: scaling.candidate };
  let replicas: number | null = null;
  let ready = 0;
  let trouble = '';
  for (;;) {
    try {
      replicas = await scaler.replicas(subject, wait.signal);
      if (replicas < wanted) {
        await scaler.scale(subject, wanted, wait.signal);
        replicas = wanted;
      }
      ({ ready } = await scaler.ready(subject, wait.signal));
      trouble = '';
    } catch (error) {
      wait.signal.throwIfAborted();
      if (!(error instanceof SluiceError)) throw error;
      trouble = `: ${error.message}`;
      if (!ERROR_CODES[error.code].retryable) return { isReady: false, replicas, ready, reason: words() };
    }
    if (trouble === '' && ready >= wanted) return { isReady: true, replicas, ready, reason: words() };
    const leftMs = wait.endsAt - Date.now();
    if (leftMs <= 0) return { isReady: false, replicas, ready, reason: `${words()}, after ${scaling.readyTimeout} ms` };
    await wait.sleep(Math.min(scaling.poll, leftMs));
  }

  function words(): string {
    return `${candidate.version}: ${ready} of ${wanted} replicas are ready${trouble}`;
  }
}

function subjectOf(spec: ScalingInput, role: 'candidate' | 'baseline'): ScalingSubject | null {
  const target = spec.scaling[role];
  return target === undefined ? null : { service: spec.service, version: spec[role].version, target };
}

async function assertOutOfTraffic(router: TrafficRouter, { service, version }: ScalingSubject): Promise<void> {
  for (const applied of await router.readBack(service))
    if (versionsServing(applied).includes(version))
      throw new SluiceError('SCALING_FAILED', `${version} still serves ${service} at gateway ${applied.gatewayId}`);
}

/** Whatever requests or copies of them may reach: units that are held back and fixed shares count as well. */
function versionsServing({ route, effectiveWeightPercent, effectiveShadowPercent }: AppliedRoute): string[] {
  const { baseline, candidate, holdback, traffic } = route;
  const isExposed = effectiveWeightPercent + effectiveShadowPercent > 0;
  const others = (traffic?.others ?? []).filter(({ weight }) => weight > 0);
  const targets = [baseline, isExposed ? candidate : null, holdback?.target, ...others];
  return targets.flatMap((target) => target?.version ?? []);
}

/** Runs with a heartbeat that goes on whatever it waits for, and that keeps the end for the next attempt. */
async function beating<T>(timeoutMs: number, body: (wait: Wait) => Promise<T>): Promise<T> {
  const context = Context.current();
  const before = context.info.heartbeatDetails as { endsAt?: number } | undefined;
  const endsAt = before?.endsAt ?? Date.now() + timeoutMs;
  context.heartbeat({ endsAt });
  return whileBeating(
    ({ cancellationSignal: signal }) => body({ endsAt, signal, sleep: (ms) => context.sleep(ms) }),
    () => ({ endsAt }),
  );
}

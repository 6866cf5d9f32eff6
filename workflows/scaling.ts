import { CancellationScope, condition } from '@temporalio/workflow';
import type { ScalingInput, ScalingResult } from '../activities/index.js';
import type { ReceivedCommand } from '../src/domain/decision.js';
import { long, tidying } from './activity-proxies.js';
import { causeOf, decide, now, type Run, update } from './run.js';
import { isMoved } from './waits.js';

/** Over the activity's own limit: it ends by itself, unless its worker is lost again and again. */
const SLACK_MS = 60_000;

/**
 * Before a weight rises: the candidate gets the replicas that the weight needs, while the weight in force is still watched. Where they
 * are not there in time, the rollout is paused, or goes on all the same, as the spec says.
 * @param byHand whose move the rise is, where it is somebody's; a newer one ends the wait
 */
export async function scaleUp(run: Run, weightPercent: number, byHand: ReceivedCommand | null = null): Promise<void> {
  const spec = scaled(run);
  if (spec === null) return;
  const isOther = () => isMoved(run) && run.inbox.move !== byHand;
  const since = now();
  const until = new Date(Date.parse(since) + spec.scaling.readyTimeout).toISOString();
  const note = `replicas of ${spec.candidate.version} for ${weightPercent} %`;
  update(run, { waiting: { kind: 'scaling', since, until, note }, reason: note });
  const asking = new CancellationScope();
  const options = {
    summary: note,
    heartbeatTimeout: '30s',
    scheduleToCloseTimeout: spec.scaling.readyTimeout + SLACK_MS,
  } as const;
  const answer = asking.run(() => long.scaleFor.executeWithOptions(options, [spec, weightPercent])).catch(failed);
  const called = asking
    .run(() => condition(isOther))
    .then(
      () => null,
      () => null,
    );
  const result = await Promise.race([answer, called]).finally(() => asking.cancel());
  update(run, { waiting: null });
  if (result !== null && !result.isReady) whereNotReady(run, result.reason, spec.scaling.onFailure);
}

function whereNotReady(run: Run, reason: string, onFailure: 'hold' | 'continue'): void {
  decide(run, { action: 'scaling', reason: onFailure === 'hold' ? `${reason} (held)` : `${reason} (goes on)` });
  // A pause, which every forward move waits for: whoever resumes it goes on with the replicas that there are.
  if (onFailure === 'hold' && run.state.paused === null)
    update(run, { paused: { actor: 'scaling', reason, at: now() }, reason });
}

function failed(error: unknown): ScalingResult {
  return { isReady: false, replicas: null, ready: 0, reason: causeOf(error) };
}

/** Once all is over: whichever version lost gives its replicas back. Traffic went first, so all that is lost by trouble here is money. */
export async function scaleDownLoser(run: Run): Promise<void> {
  const spec = scaled(run);
  if (spec === null) return;
  const role = run.state.status === 'promoted' ? 'baseline' : 'candidate';
  if (spec.scaling[role] === undefined) return;
  const { holdback = 0 } = run.input.spec.phases.impact ?? {};
  // The impact analysis gives them back.
  if (role === 'baseline' && holdback > 0) return;
  const { version } = spec[role];
  const options = { summary: `replicas of ${version}, which serves nobody` };
  try {
    const { from, to } = await tidying.scaleDown.executeWithOptions(options, [spec, role]);
    if (to < from) decide(run, { action: 'scaling', reason: `${version}: ${from} -> ${to} replicas` });
  } catch (error) {
    decide(run, { action: 'scaling', reason: `${version} keeps its replicas: ${causeOf(error)}` });
  }
}

function scaled({ input }: Run): ScalingInput | null {
  const { service, baseline, candidate, scaling } = input.spec;
  return scaling === undefined ? null : { service, baseline, candidate, scaling };
}

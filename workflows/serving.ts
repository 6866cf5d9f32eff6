import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { LateLabels } from '../activities/index.js';
import { guardrailAlpha, trialRoute } from '../src/domain/exposure.js';
import { isMeasurableInShadow } from '../src/domain/metric.js';
import { failingOf, overallVerdict, verdictSignature } from '../src/domain/verdict.js';
import { long } from './activity-proxies.js';
import { type Run, stop, update } from './run.js';
import { isLong } from './shape.js';

/** After the cutover nothing is leased, and labels come in hours and days: no need to look as often as at a trial. */
const SLOWEST_TICK_MS = 30_000;

/** While `body` waits after the cutover: whoever else moves the traffic ends the rollout, and so do labels of the trial that come late and are bad. */
export async function whileServing<T>(run: Run, body: () => Promise<T>): Promise<T> {
  const watching = new CancellationScope();
  const watcher = watching.run(() => watchServing(run));
  try {
    return await Promise.race([body(), watcher]);
  } finally {
    watching.cancel();
    await watcher.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  }
}

async function watchServing(run: Run): Promise<never> {
  const { service, watch } = run.input.spec;
  for (;;) {
    const late = lateLabels(run);
    const summary = await long.watchServing.executeWithOptions({ summary: 'what serves, and late labels' }, [
      {
        service,
        epoch: run.state.epoch,
        late,
        tickMs: Math.max(watch.tick, Math.min(SLOWEST_TICK_MS, watch.window)),
        windowMs: watch.window,
        known: verdictSignature(run.state.evidence, null),
      },
    ]);
    if (late !== null && run.trial !== null) {
      run.trial = { ...run.trial, progress: summary.progress };
      update(run, { evidence: summary.evidence, verdict: overallVerdict(summary.evidence) });
    }
    const failing = failingOf(summary.evidence);
    if (summary.superseded !== null)
      stop(run, {
        outcome: 'rolled-back',
        reason: `traffic was taken over: ${summary.superseded}`,
        evidence: [],
        isInstant: true,
        isTakenOver: true,
      });
    if (failing[0])
      stop(run, { outcome: 'rolled-back', reason: `late labels: ${failing[0].reason}`, evidence: failing });
    if (isLong()) run.shouldContinueAsNew = true;
    if (run.inbox.stop || run.shouldContinueAsNew) await condition(() => false);
  }
}

/** The guardrails whose samples may come after the trial has ended. */
function lateLabels({ input, trial }: Run): LateLabels | null {
  const { spec, rolloutId } = input;
  const guardrails = spec.guardrails.filter(({ metric }) => metric !== 'kayenta' && !isMeasurableInShadow(metric));
  if (trial === null || guardrails.length === 0) return null;
  const { weightPercent, epochs, progress } = trial;
  const route = trialRoute(spec, rolloutId, epochs[1], { weightPercent, shadowPercent: 0 });
  return { route, epochs, guardrails, alpha: guardrailAlpha(spec), progress };
}

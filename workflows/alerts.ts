import { log } from '@temporalio/workflow';
import { alertAction, alertFrom } from '../src/domain/alert.js';
import { actionOfImpact } from '../src/domain/impact-state.js';
import { hasEnded } from '../src/domain/rollout-state.js';
import { decide, now, type Run, stop, update } from './run.js';

/** An alert can stop or hold a rollout, and nothing else: so nobody needs to prove who sends it. */
export function takeAlert(run: Run, given: unknown): void {
  const alert = alertFrom(given);
  if (alert === null) return log.warn('signal ignored: it carries no alert (id, status, labels)');
  const key = `${alert.status} ${alert.id}`;
  const { seen, stop: isStopped } = run.inbox;
  // One that is over already may still be on its way.
  const isOver = seen.includes(`resolved ${alert.id}`);
  if (seen.includes(key) || isOver || isStopped || hasEnded(run.state.status)) return;
  seen.push(key);
  const name = alert.labels['alertname'] ?? alert.id;
  const words = `alert ${name}${alert.summary && `: ${alert.summary}`}`;
  if (alert.status === 'resolved') return resolve(run, alert.id, words);
  const { rolloutId, spec } = run.input;
  const action = actionOfImpact(alert, rolloutId, spec.phases.impact) ?? alertAction(spec.rollback.alerts, alert);
  decide(run, { action: 'alert', reason: `${words} (${action})`, evidence: run.state.evidence });
  if (action === 'rollback')
    stop(run, { outcome: 'rolled-back', reason: words, evidence: run.state.evidence, isInstant: true });
  if (action === 'pause') hold(run, alert.id, name, words);
}

function hold(run: Run, id: string, name: string, reason: string): void {
  run.inbox.firing = [...(run.inbox.firing ?? []), id];
  // A person's pause stays theirs.
  if (run.state.paused === null) update(run, { paused: { actor: `${ALERT}${name}`, reason, at: now() } });
}

/** What alerts hold goes on once all of them are over; what a person has paused does not. */
function resolve(run: Run, id: string, words: string): void {
  decide(run, { action: 'alert', reason: `${words} (resolved)` });
  const firing = (run.inbox.firing ?? []).filter((one) => one !== id);
  run.inbox.firing = firing;
  if (firing.length > 0 || !run.state.paused?.actor.startsWith(ALERT)) return;
  update(run, { paused: null });
  decide(run, { action: 'resume', reason: `${words} is over` });
}

/** Before the name of one that pauses. */
const ALERT = 'alert ';

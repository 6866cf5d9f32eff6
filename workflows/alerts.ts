import { log } from '@temporalio/workflow';
import { alertAction, alertFrom } from '../src/domain/alert.js';
import { hasEnded } from '../src/domain/rollout-state.js';
import { decide, now, type Run, stop, update } from './run.js';

/** An alert can stop or hold a rollout, and nothing else: so nobody needs to prove who sends it. */
export function takeAlert(run: Run, given: unknown): void {
  const alert = alertFrom(given);
  if (alert === null) return log.warn('signal ignored: it carries no alert (id, status, labels)');
  const key = `${alert.status} ${alert.id}`;
  if (run.inbox.seen.includes(key) || hasEnded(run.state.status)) return;
  run.inbox.seen.push(key);
  const name = alert.labels['alertname'] ?? alert.id;
  const words = `alert ${name}${alert.summary && `: ${alert.summary}`}`;
  if (alert.status === 'resolved') return resolve(run, name, words);
  const action = alertAction(run.input.spec.rollback.alerts, alert);
  decide(run, { action: 'alert', reason: `${words} (${action})`, evidence: run.state.evidence });
  if (action === 'rollback')
    stop(run, { outcome: 'rolled-back', reason: words, evidence: run.state.evidence, isInstant: true });
  if (action === 'pause') hold(run, name, words);
}

function hold(run: Run, name: string, reason: string): void {
  // A person's pause stays theirs.
  if (run.state.paused === null) update(run, { paused: { actor: holder(name), reason, at: now() } });
}

/** What an alert held goes on once it is over; what a person has paused since does not. */
function resolve(run: Run, name: string, words: string): void {
  decide(run, { action: 'alert', reason: `${words} (resolved)` });
  if (run.state.paused?.actor !== holder(name)) return;
  update(run, { paused: null });
  decide(run, { action: 'resume', reason: `${words} is over` });
}

const holder = (name: string) => `alert ${name}`;

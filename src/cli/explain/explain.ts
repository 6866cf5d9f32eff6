import { hasEnded, type RolloutState } from '../../domain/rollout-state.js';
import type { Evidence } from '../../domain/verdict.js';
import { shortTime } from '../output/time-text.js';
import type { ExplainFacts, Explanation, Point } from './explanation.js';
import { nextOf } from './next.js';
import { waitPoint } from './waits.js';

/** Why a rollout is in its state, and what would move it. Pure. @param now ms since 1970 */
export function explain(facts: ExplainFacts, now: number): Explanation {
  const { state, spec } = facts;
  const isOver = hasEnded(state.status);
  const points = isOver
    ? [endingPoint(state), ...queuePoints(facts)]
    : [
        ...pausePoints(state, now),
        ...waitPoint(facts, now),
        ...state.evidence.map((one) => guardrailPoint(state, one)),
        ...freezePoints(facts, now),
        ...queuePoints(facts),
      ];
  return {
    service: state.service,
    rolloutId: state.rolloutId,
    status: state.status,
    why: whyOf(state, now),
    points,
    next: isOver ? null : nextOf(state, spec),
    eta: isOver ? null : (state.eta ?? null),
  };
}

function whyOf({ status, waiting, paused, reason, phase }: RolloutState, now: number): string {
  if (hasEnded(status)) return reason;
  if (paused) return `${paused.actor} paused it ${since(paused.at, now)}: ${paused.reason || 'no reason given'}`;
  if (waiting) return `${waiting.note}, ${since(waiting.since, now)}`;
  return `phase ${phase} is at work: ${reason}`;
}

function since(at: string, now: number): string {
  return `for ${shortTime(now - Date.parse(at))}`;
}

function pausePoints({ paused, service }: RolloutState, now: number): Point[] {
  if (!paused) return [];
  const end =
    paused.until === undefined
      ? 'only a person ends it'
      : `ends by itself in ${shortTime(Date.parse(paused.until) - now)}`;
  const text = `paused by ${paused.actor}: ${paused.reason || 'no reason given'}; ${end}`;
  return [
    {
      kind: 'pause',
      effect: 'holds',
      text,
      commands: [`sluice resume ${service}`, `sluice abort ${service} --reason …`],
    },
  ];
}

function guardrailPoint({ service, waiting }: RolloutState, one: Evidence): Point {
  const { verdict, reason, dryRun, exhausted } = one;
  const point = (effect: Point['effect'], words: string, ...commands: string[]): Point => ({
    kind: 'guardrail',
    effect,
    text: `${reason}${words}`,
    commands,
  });
  if (verdict === 'pass') return point('ok', '');
  if (dryRun) return point('ok', ' (dry run: it stops nothing)');
  const answers = [`sluice approve ${service}`, `sluice reject ${service} --reason …`];
  if (exhausted === true) return point('holds', '; without a verdict for too long, so a person decides', ...answers);
  if (verdict === 'fail')
    return point('holds', '; it fails, and the rollout rolls back by itself', `sluice history ${service}`);
  const more = waiting?.until ? [`sluice extend ${service} --for 30m`] : [];
  return point('holds', '; not decided yet, more samples decide it', ...more);
}

/** Freezes that are in force, whether the rollout has come up against them yet or not. */
function freezePoints({ state, freezes, spec }: ExplainFacts, now: number): Point[] {
  const isHeld = state.waiting?.kind === 'freeze';
  const breaks =
    (spec?.rights?.breakGlass.length ?? 0) > 0 && isHeld ? [`sluice break-glass ${state.service} --reason …`] : [];
  return freezes.map(({ id, owner, reason, expiresAt }) => ({
    kind: 'freeze',
    effect: isHeld ? 'holds' : 'watch',
    text: `freeze ${id} by ${owner}: ${reason}; over in ${shortTime(Date.parse(expiresAt) - now)}${isHeld ? '' : '; it will hold the next move forward'}`,
    commands: [`sluice freeze lift ${id} --reason …`, ...breaks],
  }));
}

function queuePoints({ state, queue }: ExplainFacts): Point[] {
  if (queue.length === 0) return [];
  const names = queue.map(({ rolloutId }) => rolloutId).join(', ');
  const [first] = queue;
  return [
    {
      kind: 'queue',
      effect: 'ok',
      text: `${queue.length} wait${queue.length === 1 ? 's' : ''} behind it: ${names}`,
      commands: [`sluice queue ${state.service}`, `sluice dequeue ${state.service} ${first?.rolloutId ?? ''}`],
    },
  ];
}

function endingPoint({ status, service, rolloutId, pending }: RolloutState): Point {
  const left = pending?.length ? `; still to be done, by itself: ${pending.join(', ')}` : '';
  const text = `it has ended, ${status}${left}`;
  const report = `sluice report ${rolloutId} -o report.html`;
  const commands = status === 'promoted' ? [report] : [`sluice retry ${service}`, report];
  return { kind: 'ending', effect: 'ok', text, commands };
}

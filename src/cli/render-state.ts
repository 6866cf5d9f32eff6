import { describeApproval } from '../domain/approval.js';
import type { ImpactState } from '../domain/impact-state.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { STATUS_SIGNS } from './icons.js';
import { plainly } from './output/plain-text.js';
import { PLAIN, type Style } from './output/style.js';
import { timeLeft } from './output/time-text.js';
import { guardrailLines } from './render-guardrails.js';
import { phaseTree } from './render-phases.js';

/** How a rollout is shown. */
export interface StateView {
  /** Milliseconds since 1970, for countdowns. Default: now. */
  readonly now?: number;
  /** For the canary's steps. Default: they are not shown one by one. */
  readonly spec?: RolloutSpec | null;
  readonly style?: Style;
  /** Guardrails as a table of numbers, and who owns it. */
  readonly wide?: boolean;
  readonly webUi?: string | null;
}

/** A rollout as a tree of phases and steps, with what it waits for and what its guardrails say. */
export function renderState(given: RolloutState, givenImpact: ImpactState | null, view: StateView = {}): string {
  const { now = Date.now(), spec = null, style = PLAIN, wide = false } = view;
  // Names and reasons come from anybody.
  const [state, impact] = [plainly(given), plainly(givenImpact)];
  const sign = STATUS_SIGNS[state.status];
  const status = style[sign.tone](`${sign.icon} ${sign.word}`);
  return [
    `${style.bold(state.service)}  ${state.baseline} → ${state.candidate}  ${status}`,
    ...labelled(headLines(state, view, now), style),
    ...phaseTree(state, { impact, spec: plainly(spec), style, now }),
    ...guardrailLines(state, { style, wide }),
  ].join('\n');
}

type Labelled = readonly [label: string, text: string];

function headLines(state: RolloutState, { wide = false, webUi = null }: StateView, now: number): Labelled[] {
  const lines: Labelled[] = [
    ['rollout', state.rolloutId],
    ['weight', `${state.weightPercent} % (shadow ${state.shadowPercent} %, epoch ${state.epoch})`],
    ['because', state.reason],
    ...modelLines(state),
    ...waitLines(state, now),
  ];
  if (state.pending?.length) lines.push(['pending', state.pending.join(', ')]);
  if (state.retryOf) lines.push(['retry', `of ${state.retryOf}`]);
  if (wide) lines.push(['owner', ownerOf(state)], ['started', state.startedAt], ['updated', state.updatedAt]);
  if (webUi !== null) lines.push(['web ui', webUi]);
  return lines;
}

/** What holds it, with countdowns, and when it is through. */
function waitLines(state: RolloutState, now: number): Labelled[] {
  const { waiting, approval, paused, eta } = state;
  const lines: Labelled[] = [];
  if (waiting) lines.push(['waits', waitText(waiting, now)]);
  if (waiting?.lacks) lines.push(['lacks', waiting.lacks]);
  if (approval) lines.push(['approved', describeApproval(approval)]);
  if (paused) {
    const until = paused.until === undefined ? '' : ` (${timeLeft(paused.until, now)}, until ${paused.until})`;
    lines.push(['paused', `by ${paused.actor}: ${paused.reason}${until}`]);
  }
  if (eta) lines.push(['through', `at ${eta} at the earliest (${timeLeft(eta, now)})`]);
  return lines;
}

/** `bake 3m12s left: canary 25 % (until …)` */
export function waitText({ kind, until, note }: NonNullable<RolloutState['waiting']>, now: number): string {
  return until === null ? `${kind}: ${note}` : `${kind} ${timeLeft(until, now)}: ${note} (until ${until})`;
}

/** The artifacts behind the versions' names, where a registry knows them. */
function modelLines({ models, baseline, candidate }: RolloutState): Labelled[] {
  if (!models) return [];
  return [['baseline', baseline] as const, ['candidate', candidate] as const].map(([arm, label]) => {
    const known = models[arm];
    return [arm, `${models.model}:${label} ${known === null ? 'not registered' : `${known.id} ${known.digest}`}`];
  });
}

function ownerOf({ owner, startedBy }: RolloutState): string {
  return startedBy === undefined ? owner : `${owner}, started by ${startedBy}`;
}

function labelled(lines: readonly Labelled[], style: Style): string[] {
  return lines.map(([label, text]) => `  ${style.dim(label.padEnd(8))} ${text}`);
}

import { cutText } from './cut-text.js';
import type { Decision } from './decision.js';
import { hasEnded, type RolloutState } from './rollout-state.js';
import type { Evidence, Verdict } from './verdict.js';

/** What others may be told of. A spec filters by these names, and receivers by types made of them: they stay. */
export const NOTICE_EVENTS = [
  'started',
  'advanced',
  'weight',
  'waiting',
  'held',
  'reminded',
  'escalated',
  'approved',
  'approval-void',
  'rejected',
  'paused',
  'resumed',
  'extended',
  'gate-passed',
  'promoted',
  'completed',
  'rolled-back',
  'aborted',
  'failed',
  'superseded',
  'owner-changed',
  'delegated',
  'break-glass',
  'alert',
  'drill',
  'check',
  'hook',
  'cleanup',
  'registry',
  'scaling',
  'plan',
  'impact',
  // Of monitors.
  'incident-opened',
  'incident-escalated',
  'incident-resolved',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Those that a lineage collector is told of: where a run begins, goes on and ends. */
export const LINEAGE_EVENTS = [
  'started',
  'advanced',
  'weight',
  'promoted',
  'completed',
  'rolled-back',
  'aborted',
  'failed',
] as const satisfies readonly NoticeEvent[];

/** One thing that happened to a rollout, for whoever is told. Bounded, plain JSON; goes through a workflow's history. */
export interface Notice extends NoticeSubject {
  /** Unique, and the same however often it is sent. Without dots, which signatures put between their parts. */
  readonly id: string;
  readonly event: NoticeEvent;
  readonly at: string;
  /** The line of the ledger it comes from; null where there is none. */
  readonly action: Decision['action'] | null;
  readonly actor: string;
  readonly phase: string;
  readonly weightPercent: number;
  readonly reason: string;
  /** What fails first, then what is inconclusive; at most 20. */
  readonly evidence: readonly NoticeEvidence[];
}

export type NoticeSubject = Pick<
  RolloutState,
  'rolloutId' | 'service' | 'owner' | 'baseline' | 'candidate' | 'models' | 'status'
>;

type NoticeEvidence = Pick<
  Evidence,
  'metric' | 'verdict' | 'reason' | 'baseline' | 'candidate' | 'difference' | 'bound' | 'margin' | 'dryRun'
>;

const MOST_EVIDENCE = 20;
const LONGEST_REASON = 1000;
const LONGEST_FINDING = 300;

/** A line of the ledger as others are told of it. @param state the view once the line was written */
export function noticeOf(decision: Decision, state: NoticeSubject): Notice {
  const { rolloutId, sequence, action, at, actor, phase, weightPercent, reason, evidence } = decision;
  return {
    ...subjectOf(state),
    rolloutId,
    id: `${rolloutId}/${sequence}`,
    event: eventOf(decision, state),
    at,
    action,
    actor: cutText(actor, LONGEST_FINDING),
    phase,
    weightPercent,
    reason: cutText(reason, LONGEST_REASON),
    evidence: boundedEvidence(evidence),
  };
}

/** What no line of the ledger says: that a person is asked for an approval, and that a promoted rollout is over. Else null. */
export function noticeOfState(state: RolloutState): Notice | null {
  const { rolloutId, waiting, status, phase, weightPercent, evidence, updatedAt } = state;
  const told = { ...subjectOf(state), action: null, actor: 'sluice', phase, weightPercent };
  if (status === 'promoted')
    return {
      ...told,
      id: `${rolloutId}/completed`,
      event: 'completed',
      at: updatedAt,
      reason: state.reason,
      evidence: [],
    };
  if (hasEnded(status) || waiting?.kind !== 'approval') return null;
  const { since, until, note } = waiting;
  return {
    ...told,
    id: `${rolloutId}/waiting/${Date.parse(since)}`,
    event: 'waiting',
    at: since,
    reason: cutText(until === null ? note : `${note}, until ${until}`, LONGEST_REASON),
    evidence: boundedEvidence(evidence),
  };
}

/** Whether a target asked to be told of it. */
export function isWanted(
  { events }: { readonly events?: readonly NoticeEvent[] | undefined },
  { event }: Pick<Notice, 'event'>,
): boolean {
  return events?.includes(event) ?? true;
}

const EVENTS: Record<Decision['action'], NoticeEvent> = {
  start: 'started',
  advance: 'advanced',
  'set-weight': 'weight',
  hold: 'held',
  remind: 'reminded',
  escalate: 'escalated',
  approve: 'approved',
  void: 'approval-void',
  reject: 'rejected',
  pause: 'paused',
  resume: 'resumed',
  extend: 'extended',
  promote: 'gate-passed',
  'promote-full': 'gate-passed',
  jump: 'gate-passed',
  abort: 'aborted',
  rollback: 'rolled-back',
  fail: 'failed',
  supersede: 'superseded',
  'set-owner': 'owner-changed',
  delegate: 'delegated',
  'break-glass': 'break-glass',
  alert: 'alert',
  drill: 'drill',
  check: 'check',
  hook: 'hook',
  cleanup: 'cleanup',
  registry: 'registry',
  scaling: 'scaling',
  plan: 'plan',
  impact: 'impact',
};
const ENDINGS: ReadonlySet<string> = new Set<Decision['action']>(['reject', 'abort', 'rollback', 'fail', 'supersede']);

function eventOf({ action, source, phase }: Decision, { status }: NoticeSubject): NoticeEvent {
  // A person promotes a gate; the rule at the cutover gives the candidate everything.
  if (action === 'promote' && source === 'rule' && phase === 'cutover') return 'promoted';
  // What ends a rollout is told by how it ended, whoever asked for it.
  const isEnding = ENDINGS.has(action) && (status === 'aborted' || status === 'rolled-back' || status === 'failed');
  return isEnding ? status : EVENTS[action];
}

function subjectOf({ rolloutId, service, owner, baseline, candidate, models, status }: NoticeSubject): NoticeSubject {
  return { rolloutId, service, owner, baseline, candidate, ...(models === undefined ? {} : { models }), status };
}

const URGENCY: Record<Verdict, number> = { fail: 0, inconclusive: 1, pass: 2 };

function boundedEvidence(evidence: readonly Evidence[]): NoticeEvidence[] {
  return [...evidence]
    .sort((a, b) => URGENCY[a.verdict] - URGENCY[b.verdict])
    .slice(0, MOST_EVIDENCE)
    .map(({ metric, verdict, reason, baseline, candidate, difference, bound, margin, dryRun }) => ({
      metric,
      verdict,
      reason: cutText(reason, LONGEST_FINDING),
      baseline,
      candidate,
      difference,
      bound,
      margin,
      dryRun,
    }));
}

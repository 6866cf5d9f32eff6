import type { Phases } from './spec/phases.js';

interface PhaseRow {
  readonly title: string;
  /** The candidate's share of requests or of their copies when a trial begins with this phase; absent where it is no trial, null where the spec has none. */
  readonly percent?: (phases: Phases, step: number) => number | null;
}

/** The phases of a rollout, in their order. A spec may leave out any of them but the canary and the cutover. */
const PHASE_TABLE = {
  validation: { title: 'Validation suite' },
  shadow: { title: 'Shadow phase', percent: ({ shadow }) => shadow?.sample ?? null },
  canary: {
    title: 'Canary steps',
    percent: ({ canary }, step) =>
      canary.steps.slice(0, step + 1).findLast((one) => 'setWeight' in one)?.setWeight ?? null,
  },
  abTest: { title: 'A/B evaluation', percent: ({ abTest }) => abTest?.split ?? null },
  cutover: { title: 'Full cutover' },
  impact: { title: 'Impact analysis' },
} as const satisfies Record<string, PhaseRow>;

export type Phase = keyof typeof PHASE_TABLE;
/** Those in which the candidate is on trial: leased, watched, and a new attempt may begin with them. */
export type TrialPhase = {
  [Name in Phase]: (typeof PHASE_TABLE)[Name] extends { percent: unknown } ? Name : never;
}[Phase];
/** Those that a rollout runs through itself; the impact analysis goes on after it. */
export type RunPhase = Exclude<Phase, 'impact'>;

export const PHASES = Object.keys(PHASE_TABLE) as Phase[];
export const RUN_PHASES = PHASES.filter((phase): phase is RunPhase => phase !== 'impact');
export const TRIAL_PHASES = PHASES.filter((phase): phase is TrialPhase => 'percent' in PHASE_TABLE[phase]);
export const PHASE_TITLES = Object.fromEntries(
  Object.entries(PHASE_TABLE).map(([phase, { title }]) => [phase, title]),
) as Record<Phase, string>;

/** What the candidate gets when a phase begins. @param step of the canary, counted from 0 */
export function percentIn(phases: Phases, phase: Phase, step = 0): number | null {
  const row: PhaseRow = PHASE_TABLE[phase];
  return row.percent?.(phases, step) ?? null;
}

/** Whether a spec has a phase; of validation and cutover, something happens without a word. */
export function isPlanned(phases: Phases, phase: Phase): boolean {
  return phase === 'validation' || phases[phase] !== undefined;
}

/** The next phase that the spec has. @returns the impact analysis where nothing else is left */
export function phaseAfter(phases: Phases, phase: Phase): Phase {
  const later = PHASES.slice(PHASES.indexOf(phase) + 1);
  return later.find((next) => isPlanned(phases, next)) ?? 'impact';
}

import type { PhaseStatus, RolloutStatus } from '../domain/rollout-state.js';
import type { Verdict } from '../domain/verdict.js';
import type { Tone } from './output/style.js';

/** One sign, what it means, and a word for those who see neither. */
export interface Sign {
  readonly icon: string;
  readonly tone: Tone;
  readonly word: string;
}

export const PHASE_SIGNS: Readonly<Record<PhaseStatus, Sign>> = {
  pending: { icon: '◌', tone: 'dim', word: 'pending' },
  running: { icon: '◐', tone: 'accent', word: 'running' },
  passed: { icon: '✔', tone: 'good', word: 'passed' },
  failed: { icon: '✖', tone: 'bad', word: 'failed' },
  skipped: { icon: '–', tone: 'dim', word: 'skipped' },
};

export const VERDICT_SIGNS: Readonly<Record<Verdict, Sign>> = {
  pass: { icon: '✔', tone: 'good', word: 'pass' },
  fail: { icon: '✖', tone: 'bad', word: 'fail' },
  inconclusive: { icon: '?', tone: 'warn', word: 'inconclusive' },
};

export const STATUS_SIGNS: Readonly<Record<RolloutStatus, Sign>> = {
  progressing: { icon: '◐', tone: 'accent', word: 'progressing' },
  waiting: { icon: '?', tone: 'warn', word: 'waiting for a person' },
  paused: { icon: '‖', tone: 'warn', word: 'paused' },
  promoted: { icon: '✔', tone: 'good', word: 'promoted' },
  aborted: { icon: '✖', tone: 'bad', word: 'aborted' },
  'rolled-back': { icon: '✖', tone: 'bad', word: 'rolled back' },
  failed: { icon: '✖', tone: 'bad', word: 'failed' },
};

/** Of a status as Temporal or the store spells it, which may be one that this version does not know. */
export function statusSign(status: string): Sign {
  return Object.hasOwn(STATUS_SIGNS, status)
    ? STATUS_SIGNS[status as RolloutStatus]
    : { icon: '·', tone: 'dim', word: status };
}

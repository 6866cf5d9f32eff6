import type { Evidence, Verdict } from './verdict.js';

/** The view of an impact analysis. */
export interface ImpactState {
  rolloutId: string;
  status: 'observing' | 'done';
  /** When the observation after the cutover ends. */
  until: string;
  verdict: Verdict;
  evidence: Evidence[];
}

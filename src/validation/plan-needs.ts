import { DEFAULT_ROWS } from '../domain/spec/validation/check-fields.js';
import type { CheckOf, Validation, ValidationCheck } from '../domain/spec/validation/index.js';
import { isGeneration, needsLoad } from '../domain/spec/validation/index.js';
import { needsBaseline } from './judge-value.js';
import { isRowCheck } from './rows/index.js';

export type LatencyCheck = CheckOf<'latency_p50' | 'latency_p95' | 'latency_p99'>;
export type PayloadCheck = CheckOf<'request_size' | 'response_size'>;

/** Features and fields of all rows of a sample: it is kept whenever progress is. */
const MOST_CELLS = 200_000;

export function isLatency(check: ValidationCheck): check is LatencyCheck {
  return check.metric === 'latency_p50' || check.metric === 'latency_p95' || check.metric === 'latency_p99';
}

export function isPayload(check: ValidationCheck): check is PayloadCheck {
  return check.metric === 'request_size' || check.metric === 'response_size';
}

/** Measured while all rows of the data set are asked. */
export function isOfPass(check: ValidationCheck): boolean {
  return isRowCheck(check) || isLatency(check) || isPayload(check);
}

/** Whether the baseline meets every row too. Later checks ask it for what they need. */
export function passNeedsBaseline({ checks }: Validation): boolean {
  return checks.some((check) => isOfPass(check) && needsBaseline(check));
}

/** Whether the sampled rows must have an answer of this arm before the check runs. */
export function needsSampleAnswers(check: ValidationCheck, arm: 'candidate' | 'baseline'): boolean {
  if (isOfPass(check) || isGeneration(check) || needsLoad(check) || needsNoRows(check)) return false;
  return arm === 'candidate' || check.metric === 'custom' || needsBaseline(check);
}

/** Says something of a server whose answers are of no use. */
export function needsNoRows({ metric }: ValidationCheck): boolean {
  return metric === 'signature' || metric === 'server_memory';
}

/** How many rows of the data set are kept for checks that look closer. */
export function sampleSize({ checks }: Validation, columns: number): number {
  const wanted = checks
    .filter((check) => !isOfPass(check))
    .map((check) => ('rows' in check ? check.rows : undefined) ?? DEFAULT_ROWS);
  return Math.min(Math.max(0, ...wanted), Math.max(1, Math.floor(MOST_CELLS / Math.max(1, columns))));
}

import { SluiceError } from '../domain/errors.js';
import { DEFAULT_CONCURRENCY } from '../domain/spec/validation/check-fields.js';
import type { Validation } from '../domain/spec/validation/index.js';
import type { Dataset, Row } from '../ports/dataset.js';
import { type Asking, askBatch, assertLabelled } from './ask-batch.js';
import { inOrder } from './in-order.js';
import type { PassState } from './pass-state.js';
import { isOfPass, passNeedsBaseline } from './plan-needs.js';
import { needsLabels } from './rows/index.js';

export interface PassRun {
  readonly plan: Validation;
  readonly dataset: Dataset;
  readonly asking: Asking;
  readonly state: PassState;
  /** Keeps the state for whoever goes on. */
  readonly keep: () => Promise<void>;
  readonly beat: () => void;
}

const KEEP_EVERY_MS = 2000;
/** Keeping takes at most this share of the time. */
const KEEPING_SHARE = 0.1;

/**
 * Asks every row from where the state is, and leaves nothing under way. The state is kept between requests, so that keeping it is no part of a latency.
 * @throws {SluiceError} MODEL_UNREACHABLE saying how many rows are done; DATASET_INVALID
 */
export async function runPass(run: PassRun): Promise<void> {
  const { state, dataset, plan, asking } = run;
  const needsTruth = plan.checks.some(needsLabels);
  const batches = dataset
    .batches({ from: state.rows, size: plan.batchSize, signal: asking.signal })
    [Symbol.asyncIterator]();
  const next = async (): Promise<readonly Row[] | null> => {
    const { done, value } = await batches.next();
    if (done) return null;
    if (needsTruth) assertLabelled(dataset.name, dataset.columns, value);
    return value;
  };
  try {
    for (let keepAfterMs = KEEP_EVERY_MS; !(await stretch(run, next, keepAfterMs)); )
      keepAfterMs = await timeToNext(run.keep);
  } catch (error) {
    await run.keep();
    throw withRows(error, state.rows);
  } finally {
    await batches.return?.();
  }
  await run.keep();
}

/** Rows that only checks of the sample need: read, and not asked. */
export async function readSample({ state, dataset, plan, asking, beat }: PassRun): Promise<void> {
  for await (const rows of dataset.batches({ size: plan.batchSize, signal: asking.signal })) {
    for (const row of rows) state.sample.add({ ...row, candidate: UNASKED, baseline: null });
    state.rows += rows.length;
    beat();
  }
}

const UNASKED = { label: '', scores: null };

/** @returns whether that was all */
async function stretch(
  { state, plan, asking, beat }: PassRun,
  next: () => Promise<readonly Row[] | null>,
  ms: number,
): Promise<boolean> {
  const startedAt = performance.now();
  const compares = passNeedsBaseline(plan);
  try {
    const isAll = await inOrder({
      next,
      ask: (rows) => askBatch(asking, rows, compares && state.garbage === null),
      commit: (batch) => {
        beat();
        return state.commit(batch);
      },
      limit: plan.concurrency ?? DEFAULT_CONCURRENCY,
      isEnough: () => asking.signal.aborted || performance.now() - startedAt > ms,
    });
    asking.signal.throwIfAborted();
    return isAll;
  } finally {
    state.elapsedMs += performance.now() - startedAt;
  }
}

/** @returns how long to ask on before the state is kept again, in milliseconds */
async function timeToNext(keep: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await keep();
  return Math.max(KEEP_EVERY_MS, (performance.now() - startedAt) / KEEPING_SHARE);
}

function withRows(error: unknown, rows: number): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'MODEL_UNREACHABLE') return error;
  return new SluiceError(error.code, `${error.message}; ${rows} rows are done and kept`, { cause: error.cause });
}

/** Whether rows have to be asked at all. */
export function needsPass({ checks }: Validation): boolean {
  return checks.some(isOfPass);
}

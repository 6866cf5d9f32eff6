import type { Validation } from '../domain/spec/validation/index.js';
import type { DatasetColumns } from '../ports/dataset.js';
import type { Inference } from '../ports/model-server.js';
import { bucketIndex, type SketchCounts } from '../stats/sketch/latency-sketch.js';
import type { AnsweredRow } from './answered-row.js';
import type { AskedBatch } from './ask-batch.js';
import { sampleSize } from './plan-needs.js';
import { RowSample } from './row-sample.js';
import { createRowTally, type RowChecksTally } from './rows/index.js';

/** Bytes of the largest batch: the one with the most rows, and of those the one with the most bytes. */
interface Payload {
  readonly rows: number;
  readonly sent: number;
  readonly received: number;
}

/** An answer that no row can be judged by. */
export interface Garbage {
  readonly arm: 'candidate' | 'baseline';
  readonly reason: string;
}

/** What is kept of one arm beside its rows. */
export interface ArmPass {
  readonly requests: number;
  /** Of whole requests. */
  readonly latency: SketchCounts;
  /** null: the driver does not tell. */
  readonly payload: Payload | null;
}

interface SavedPass {
  readonly rows: number;
  readonly elapsedMs: number;
  readonly candidate: ArmPass;
  readonly baseline: ArmPass;
  readonly garbage: Garbage | null;
  readonly sample: readonly AnsweredRow[];
  /** null: all rows are judged. */
  readonly tally: unknown;
}

const nothing = (): ArmPass => ({ requests: 0, latency: {}, payload: null });

/** What the pass over the data set has come to so far: all that a resumed one needs. */
export class PassState {
  readonly tally: RowChecksTally;
  readonly sample: RowSample;
  /** Rows that are done: where to go on. */
  rows = 0;
  elapsedMs = 0;
  candidate: ArmPass = nothing();
  baseline: ArmPass = nothing();
  /** The first that came. After the baseline's, the candidate is asked alone. */
  garbage: Garbage | null = null;

  constructor(plan: Validation, columns: DatasetColumns) {
    this.tally = createRowTally(plan, columns);
    this.sample = new RowSample(sampleSize(plan, columns.features.length + columns.fields.length));
  }

  /** @returns whether there is any use in going on */
  commit({ rows, candidate, baseline }: AskedBatch): boolean {
    if ('reason' in candidate) {
      this.garbage = { arm: 'candidate', reason: candidate.reason };
      return false;
    }
    const compared = this.garbage === null ? baseline : null;
    if (compared !== null && 'reason' in compared) this.garbage = { arm: 'baseline', reason: compared.reason };
    const theirs = compared !== null && 'predictions' in compared ? compared : null;
    this.candidate = withAnswer(this.candidate, candidate, rows.length);
    if (theirs !== null) this.baseline = withAnswer(this.baseline, theirs, rows.length);
    // Spelt out: a spread of each row takes several times as long.
    const answered = rows.map(
      ({ index, features, label, fields }, at): AnsweredRow => ({
        index,
        features,
        label,
        fields,
        candidate: candidate.predictions[at] as AnsweredRow['candidate'],
        baseline: theirs?.predictions[at] ?? null,
      }),
    );
    this.tally.add(answered);
    for (const row of answered) this.sample.add(row);
    this.rows += rows.length;
    return true;
  }

  save(): SavedPass {
    const { rows, elapsedMs, candidate, baseline, garbage } = this;
    return { rows, elapsedMs, candidate, baseline, garbage, sample: this.sample.rows(), tally: this.tally.save() };
  }

  /** Once the rows are judged. */
  saveWithoutTally(): SavedPass {
    return { ...this.save(), tally: null };
  }

  /** @param saved what `save` gave, of the same plan */
  restore(saved: unknown): void {
    const { sample, tally, ...rest } = saved as SavedPass;
    Object.assign(this, rest);
    this.sample.replace(sample);
    if (tally !== null) this.tally.restore(tally);
  }
}

function withAnswer({ requests, latency, payload }: ArmPass, { latencyMs, bytes }: Inference, rows: number): ArmPass {
  const counts = latency as Record<string, number>;
  const bucket = bucketIndex(latencyMs);
  // In place: the sketch is this arm's own, and there are as many additions as requests.
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  return {
    requests: requests + 1,
    latency,
    payload: largest(payload, bytes === undefined ? null : { rows, ...bytes }),
  };
}

function largest(kept: Payload | null, one: Payload | null): Payload | null {
  if (kept === null || one === null || one.rows > kept.rows) return one ?? kept;
  if (one.rows < kept.rows) return kept;
  return { rows: kept.rows, sent: Math.max(kept.sent, one.sent), received: Math.max(kept.received, one.received) };
}

import type { ComparedArm } from '../../domain/experiment.js';
import type { Validation } from '../../domain/spec/validation/index.js';
import type { DatasetColumns } from '../../ports/dataset.js';
import type { AnsweredRow, RowTally } from '../answered-row.js';
import { AgreementCounts } from './agreement-counts.js';
import { AnswerFaults } from './answer-faults.js';
import { ConfusionCounts } from './confusion-counts.js';
import { Dictionary, NONE } from './dictionary.js';
import { LabelCounts } from './label-counts.js';
import { decimalOf, numberOf } from './number-of.js';
import { RegressionTally } from './regression-tally.js';
import { isAnswerCheck } from './row-checks.js';
import { type RowIds, SampledRows, type SavedSampledRows } from './sampled-rows.js';
import { ScoreTally } from './score-tally.js';
import { ALL, agreementKey, keyOf, type Part, referenceColumn, type Wanted, wantedBy } from './wanted.js';

const MISSING = '(missing)';

/** Something that is counted, and can be kept as JSON. */
interface Kept {
  save(): unknown;
  /** What `save` gave; each part knows its own. */
  restore(saved: never): void;
}

/** Everything the row checks of a plan need, counted once however many checks ask for it. */
export class RowChecksTally implements RowTally {
  readonly wanted: Wanted;
  readonly labels = new Dictionary();
  readonly slices: ReadonlyMap<string, Dictionary>;
  readonly counts: ReadonlyMap<string, ConfusionCounts>;
  readonly regression: ReadonlyMap<string, RegressionTally>;
  readonly agreements: ReadonlyMap<string, AgreementCounts>;
  readonly references: ReadonlyMap<string, LabelCounts>;
  readonly scores: ScoreTally;
  readonly faults: AnswerFaults;
  readonly #columns: DatasetColumns;
  readonly #references: readonly string[];
  /** The same as the maps above: a row looks nothing up. */
  readonly #countsOf: readonly (readonly [Part, ConfusionCounts])[];
  readonly #regressionOf: readonly (readonly [Part, RegressionTally])[];
  #rows = 0;
  #labelled = 0;
  #sample: SampledRows | null = null;

  constructor(plan: Validation, columns: DatasetColumns) {
    this.wanted = wantedBy(plan);
    this.#columns = columns;
    this.#references = columns.fields;
    const { slices, counts, regression, agreements, references, checks } = this.wanted;
    this.slices = new Map(slices.map((column) => [column, new Dictionary()]));
    this.counts = new Map(counts.map((part) => [keyOf(part), new ConfusionCounts()]));
    this.regression = new Map(regression.map((part) => [keyOf(part), new RegressionTally()]));
    this.#countsOf = counts.map((part) => [part, this.counts.get(keyOf(part)) as ConfusionCounts]);
    this.#regressionOf = regression.map((part) => [part, this.regression.get(keyOf(part)) as RegressionTally]);
    this.agreements = new Map(agreements.map((part) => [agreementKey(part), new AgreementCounts(part.tolerance)]));
    this.references = new Map(references.map((column) => [column, new LabelCounts()]));
    this.faults = new AnswerFaults(checks.filter(isAnswerCheck));
    this.scores = new ScoreTally(this.wanted, this.labels, this.counts);
  }

  /** Rows that were counted. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows with a label. */
  get labelled(): number {
    return this.#labelled;
  }

  get sample(): SampledRows | null {
    return this.#sample;
  }

  add(rows: readonly AnsweredRow[]): void {
    for (const row of rows) this.#add(row);
  }

  #add(row: AnsweredRow): void {
    this.#rows += 1;
    if (row.label !== null) this.#labelled += 1;
    const slice = this.#slicesOf(row);
    const ids = this.#idsOf(row, slice);
    this.#count(row, ids, slice);
    this.#compare(row, slice);
    this.faults.add(row.index, row.candidate);
    this.scores.look(row, ids);
    this.#keep(row, ids, slice);
  }

  /** By column the slice of the row; NONE where the column has too many. */
  #slicesOf(row: AnsweredRow): ReadonlyMap<string, number> {
    const found = new Map([[ALL, 0]]);
    for (const [column, values] of this.slices) found.set(column, values.idOf(this.#valueOf(row, column)));
    return found;
  }

  #valueOf(row: AnsweredRow, column: string): string {
    const feature = this.#columns.features.indexOf(column);
    const value =
      row.fields[column] ?? (column === this.#columns.label ? row.label : feature < 0 ? null : row.features[feature]);
    return value === null || value === undefined ? MISSING : String(value);
  }

  #idsOf(row: AnsweredRow, slice: ReadonlyMap<string, number>): RowIds {
    const id = (label: string | undefined | null) =>
      this.counts.size === 0 || label === undefined || label === null ? NONE : this.labels.idOf(label);
    return {
      truth: id(row.label),
      candidate: id(row.candidate.label),
      baseline: this.wanted.counts.some(({ arm }) => arm === 'baseline') ? id(row.baseline?.label) : NONE,
      slices: (this.wanted.sample?.slices ?? []).map((column) => slice.get(column) ?? NONE),
    };
  }

  #count(row: AnsweredRow, ids: RowIds, slice: ReadonlyMap<string, number>): void {
    for (const [{ arm, by }, counts] of this.#countsOf) {
      const at = slice.get(by) ?? NONE;
      if (at !== NONE && row[arm] !== null) counts.add(at, ids.truth, ids[arm]);
    }
    for (const [{ arm, by }, tally] of this.#regressionOf) {
      const at = slice.get(by) ?? NONE;
      const answer = row[arm];
      if (at === NONE || answer === null) continue;
      const [truth, predicted] = [decimalOf(row.label), numberOf(answer)];
      if (truth !== null && predicted !== null) tally.add(at, truth, predicted);
      else tally.addFault(() => faultOf(row, arm, truth === null));
    }
  }

  #compare({ candidate, baseline, fields }: AnsweredRow, slice: ReadonlyMap<string, number>): void {
    for (const [column, counts] of this.references) {
      const value = fields[column];
      if (value !== null && value !== undefined) counts.add(String(value));
    }
    if (baseline === null) return;
    for (const part of this.wanted.agreements) {
      const at = slice.get(part.by) ?? NONE;
      if (at !== NONE) this.agreements.get(agreementKey(part))?.add(at, candidate, baseline);
    }
  }

  /** While all rows fit, they are kept; when the first one does not, what can be summed up is, from the beginning. */
  #keep(row: AnsweredRow, ids: RowIds, slice: ReadonlyMap<string, number>): void {
    if (this.wanted.sample === null) return;
    this.#sample ??= this.#newSample(this.wanted.sample.scores.map((arm) => this.scores.widthOf(arm)));
    if (this.#sample.isComplete && !this.#sample.hasRoom) this.scores.beginSums(this.#sample);
    this.#sample.offer(row, ids);
    this.scores.addToSums(row, ids, slice);
  }

  #newSample(widths: readonly number[]): SampledRows {
    const columns = this.wanted.sample as NonNullable<Wanted['sample']>;
    return new SampledRows(
      columns,
      this.#references.filter((column) => columns.numbers.includes(referenceColumn(column))),
      widths,
    );
  }

  #parts(): Record<string, ReadonlyMap<string, Kept>> {
    return {
      slices: this.slices,
      counts: this.counts,
      regression: this.regression,
      agreements: this.agreements,
      references: this.references,
      single: new Map<string, Kept>([
        ['labels', this.labels],
        ['scores', this.scores],
        ['faults', this.faults],
      ]),
    };
  }

  save(): SavedTally {
    const parts = Object.entries(this.#parts()).map(([name, kept]) => [
      name,
      Object.fromEntries([...kept].map(([key, part]) => [key, part.save()])),
    ]);
    return {
      rows: this.#rows,
      labelled: this.#labelled,
      sample: this.#sample?.save() ?? null,
      parts: Object.fromEntries(parts),
    };
  }

  restore(saved: unknown): void {
    const { rows, labelled, sample, parts } = saved as SavedTally;
    this.#rows = rows;
    this.#labelled = labelled;
    for (const [name, kept] of Object.entries(this.#parts()))
      for (const [key, part] of kept) part.restore(parts[name]?.[key] as never);
    this.#sample = sample === null ? null : this.#newSample(sample.widths);
    if (sample !== null) this.#sample?.restore(sample);
  }
}

interface SavedTally {
  readonly rows: number;
  readonly labelled: number;
  readonly sample: SavedSampledRows | null;
  readonly parts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function faultOf({ index, label, ...row }: AnsweredRow, arm: ComparedArm, ofTruth: boolean): string {
  const text = String(ofTruth ? label : row[arm]?.label).slice(0, 60);
  return `the ${ofTruth ? 'label' : `${arm}'s prediction`} "${text}" of row ${index} is no number`;
}

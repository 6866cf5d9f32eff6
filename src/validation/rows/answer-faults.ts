import { cutText } from '../../domain/cut-text.js';
import { checkName } from '../../domain/validation.js';
import type { Prediction } from '../../ports/model-server.js';
import { numberOf } from './number-of.js';
import type { AnswerCheck } from './row-checks.js';
import { SUM_TOLERANCE } from './score-shape.js';

export interface Fault {
  readonly rows: number;
  readonly example: string;
}

/** Counts, for each check of bounds and types, the answers that break it. */
export class AnswerFaults {
  readonly #checks: readonly { readonly name: string; readonly look: (answer: Prediction) => Found[] }[];
  #faults = new Map<string, Map<string, Fault>>();

  constructor(checks: readonly AnswerCheck[]) {
    this.#checks = checks.map((check) => ({ name: checkName(check), look: lookFor(check) }));
  }

  add(index: number, answer: Prediction): void {
    for (const { name, look } of this.#checks)
      for (const [kind, what] of look(answer)) {
        const faults = this.#faults.get(name) ?? new Map<string, Fault>();
        this.#faults.set(name, faults);
        const before = faults.get(kind);
        faults.set(kind, { rows: (before?.rows ?? 0) + 1, example: before?.example ?? `${what} (row ${index})` });
      }
  }

  /** By kind, in order of appearance. */
  of(check: AnswerCheck): ReadonlyMap<string, Fault> {
    return this.#faults.get(checkName(check)) ?? new Map();
  }

  save(): unknown {
    return [...this.#faults].map(([name, faults]) => [name, [...faults]]);
  }

  restore(saved: unknown): void {
    const faults = saved as [string, [string, Fault][]][];
    this.#faults = new Map(faults.map(([name, kinds]) => [name, new Map(kinds)]));
  }
}

/** What is wrong in one word or two, and the value itself. */
type Found = readonly [kind: string, what: string];

function lookFor(check: AnswerCheck): (answer: Prediction) => Found[] {
  if (check.metric === 'prediction_type') return typeLook(check.type);
  const { labels, min, max } = check;
  const known = labels === undefined ? null : new Set(labels);
  return (answer) => {
    const found: Found[] = [];
    if (known !== null && !known.has(answer.label)) found.push(['labels that are not listed', quoted(answer.label)]);
    const outside = answer.scores?.find((score) => !(score >= 0 && score <= 1));
    if (outside !== undefined) found.push(['scores outside 0..1', String(outside)]);
    if (min !== undefined || max !== undefined) found.push(...outOf(answer, min, max));
    return found;
  };
}

function outOf(answer: Prediction, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Found[] {
  const value = numberOf(answer);
  if (value === null) return [['predictions that are no numbers', quoted(answer.label)]];
  if (value < min) return [[`predictions below ${min}`, String(value)]];
  return value > max ? [[`predictions above ${max}`, String(value)]] : [];
}

function typeLook(type: Extract<AnswerCheck, { metric: 'prediction_type' }>['type']): (answer: Prediction) => Found[] {
  switch (type) {
    case 'label':
      return (answer) => {
        const value = numberOf(answer);
        const isLabel = answer.label !== '' && (value === null || Number.isInteger(value));
        return isLabel ? [] : [['predictions that are no labels', quoted(answer.label)]];
      };
    case 'integer':
      return (answer) =>
        Number.isInteger(numberOf(answer)) ? [] : [['predictions that are no whole numbers', quoted(answer.label)]];
    case 'number':
      return (answer) => (numberOf(answer) === null ? [['predictions that are no numbers', quoted(answer.label)]] : []);
    case 'probabilities':
      return ({ scores }) => {
        if (scores === null || scores.length < 2)
          return [['predictions without a score for each class', `${scores?.length ?? 0} scores`]];
        const outside = scores.find((score) => !(score >= 0 && score <= 1));
        if (outside !== undefined) return [['scores outside 0..1', String(outside)]];
        const sum = scores.reduce((total, score) => total + score, 0);
        return Math.abs(sum - 1) > SUM_TOLERANCE ? [['rows of scores whose sum is not 1', String(sum)]] : [];
      };
  }
}

/** A label may be a whole answer of a language model. */
function quoted(label: string): string {
  return JSON.stringify(cutText(label, 60));
}

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { trainClassifier } from '../../../examples/model-server/classifiers.js';
import { readDigits } from '../../../examples/model-server/dataset.js';
import { featureMonitor } from '../../../src/domain/spec/monitors/features.js';
import { modelMonitor } from '../../../src/domain/spec/monitors/model.js';
import { evaluateFeatures } from '../../../src/monitors/features/evaluate.js';
import { evaluateModel } from '../../../src/monitors/model/evaluate.js';
import type { Random } from '../../../src/stats/sample/random.js';
import { AT, FOUND } from '../windows/found.js';
import { trainRidge } from './ridge.js';

/** A held-out row of real data and what a real model says of it. */
export interface Answered {
  readonly features: Readonly<Record<string, number>>;
  readonly predicted: string;
  readonly score: number;
  readonly truth: string;
}

export const WORLDS = ['digits', 'tumours'] as const;
export type World = (typeof WORLDS)[number];
export const CHANGES = ['none', 'covariate', 'label', 'concept'] as const;
export type Change = (typeof CHANGES)[number];

/** All held-out rows of a world, answered by a model that was trained on the others. */
export function rowsOf(world: World): Answered[] {
  return world === 'digits' ? digits() : tumours();
}

function digits(): Answered[] {
  const { rows, labels } = readDigits('digits-holdout.csv');
  const { labels: predicted, scores } = trainClassifier('v1')(rows);
  return rows.map((row, i) => ({
    features: Object.fromEntries(row.map((value, pixel) => [`p${pixel}`, value])),
    predicted: String(predicted[i]),
    score: Math.max(...(scores[i] ?? [])),
    truth: String(labels[i]),
  }));
}

/** Every other row trains a ridge regression on standardised measures; the rest is answered. */
function tumours(): Answered[] {
  const file = readFileSync(new URL('breast-cancer.csv', import.meta.url), 'utf8');
  const records: Record<string, string>[] = parse(file, { columns: true });
  const names = Object.keys(records[0] ?? {}).filter((name) => name !== 'label');
  const inputs = records.map((record) => names.map((name) => Number(record[name])));
  const isTraining = (i: number) => i % 2 === 0;
  const ridge = trainRidge(
    inputs.filter((_, i) => isTraining(i)),
    records.filter((_, i) => isTraining(i)).map(({ label }) => label === 'malignant'),
  );
  return records.flatMap((record, i) => {
    if (isTraining(i)) return [];
    const value = ridge(inputs[i] ?? []);
    return {
      features: Object.fromEntries(names.map((name) => [name, Number(record[name])])),
      predicted: value > 0 ? 'malignant' : 'benign',
      score: 1 / (1 + Math.exp(-3 * Math.abs(value))),
      truth: record.label ?? '',
    };
  });
}

/**
 * A window of traffic: rows drawn with replacement, evenly or, after a change, in other shares.
 * covariate: the darker the digit, the larger the tumour, the likelier is the row; its label stays what it is. label: some classes are three
 * times as likely; what they look like stays the same. concept: the same rows as ever, and some have another label now.
 */
export function drawWindow(
  rows: readonly Answered[],
  world: World,
  change: Change,
  size: number,
  random: Random,
): Answered[] {
  const drawn = drawWeighted(rows, (row) => weightOf(row, world, change), size, random);
  return change === 'concept' ? drawn.map((row) => relabelled(row, world, random)) : drawn;
}

/** With replacement. */
export function drawWeighted<Row>(
  rows: readonly Row[],
  weightOf: (row: Row) => number,
  size: number,
  random: Random,
): Row[] {
  const sums: number[] = [];
  for (const row of rows) sums.push((sums.at(-1) ?? 0) + weightOf(row));
  const total = sums.at(-1) ?? 0;
  return Array.from({ length: size }, () => {
    const at = random() * total;
    const row = rows[firstAbove(sums, at)];
    if (row === undefined) throw new RangeError(`nothing at ${at} of ${total}`);
    return row;
  });
}

function firstAbove(sums: readonly number[], at: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

const FREQUENT: Readonly<Record<World, readonly string[]>> = { digits: ['1', '4', '7'], tumours: ['malignant'] };

function weightOf({ features, truth }: Answered, world: World, change: Change): number {
  switch (change) {
    case 'none':
    case 'concept':
      return 1;
    case 'label':
      return FREQUENT[world].includes(truth) ? 3 : 1;
    case 'covariate': {
      // Digits have 312 of ink on average, give or take 34; tumours a radius of 14.1, give or take 3.5.
      const ink = Object.values(features).reduce((sum, pixel) => sum + pixel, 0);
      const deviations = world === 'digits' ? (ink - 312) / 34 : ((features.radius ?? 0) - 14.1) / 3.5;
      return Math.exp(0.7 * deviations);
    }
  }
}

const SWAPPED: Readonly<Record<string, string>> = { '1': '7', '7': '1' };

/** Every other one is a seven by the new rule, and the other way round; of benign tumours of rough texture, every other is malignant. */
function relabelled(row: Answered, world: World, random: Random): Answered {
  if (random() >= 1 / 2) return row;
  if (world === 'digits') return { ...row, truth: SWAPPED[row.truth] ?? row.truth };
  return row.truth === 'benign' && (row.features.texture ?? 0) > 18 ? { ...row, truth: 'malignant' } : row;
}

const MIDDLE = '2026-11-21T06:00:00.000Z';
const RUN = { service: 'drift', monitor: 'drift', at: AT };
const MODEL = modelMonitor.parse({ kind: 'model' });
const FEATURES = featureMonitor.parse({ kind: 'features' });

/** Keys of what the two monitors find, as they are configured without a word. */
export function findingsIn(
  reference: readonly Answered[],
  current: readonly Answered[],
): { model: string[]; features: string[] } {
  // A row a second, in the order given, newest last; the store gives newest first.
  const stamped = (rows: readonly Answered[], since: string) =>
    rows
      .map(({ predicted, ...row }, i) => {
        const at = new Date(Date.parse(since) + i * 1000).toISOString();
        return { at, predicted, label: predicted, ...row };
      })
      .reverse();
  const pair = { reference: stamped(reference, FOUND.reference.since), current: stamped(current, MIDDLE) };
  const rows = { outputs: pair, outcomes: pair, inputs: pair, predictedMeanwhile: current.length };
  const keysOf = ({ reading }: ReturnType<typeof evaluateModel>) => {
    if (reading.verdict === 'inconclusive') throw new Error(reading.reason);
    return reading.findings.map(({ key }) => key);
  };
  return {
    model: keysOf(evaluateModel(MODEL, FOUND, rows, RUN)),
    features: keysOf(evaluateFeatures(FEATURES, FOUND, pair, RUN)),
  };
}

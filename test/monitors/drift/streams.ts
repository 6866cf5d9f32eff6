import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { quantiles } from '../../../src/stats/sample/quantile.js';
import type { Random } from '../../../src/stats/sample/random.js';
import { trainRidge } from './ridge.js';
import { type Answered, type Change, drawWeighted } from './world.js';

/** Real streams in the order of time, and one that was made without drift; the last column is the class. None is part of the project. */
export const STREAMS = { electricity: 'elec.csv', weather: 'weather.csv', sea: 'sea_stream.csv' } as const;
export type Stream = keyof typeof STREAMS;

/** Rows that the model is trained on, and that are in no window. */
const TRAINING = 2000;

/** `SLUICE_TEST_DATA`/drift; null without it, or without the streams in it. */
export function streamFolder(given = process.env['SLUICE_TEST_DATA']): string | null {
  if (given === undefined || given === '') return null;
  const folder = join(given, 'drift');
  return Object.values(STREAMS).every((file) => existsSync(join(folder, file))) ? folder : null;
}

/** A stream's rows after the first 2,000, in order, answered by a ridge regression that was trained on those. */
export function readStream(folder: string, stream: Stream): Answered[] {
  const [head = [], ...records]: string[][] = parse(readFileSync(join(folder, STREAMS[stream]), 'utf8'));
  const names = head.slice(0, -1);
  const inputs = records.map((record) => record.slice(0, -1).map(Number));
  const truths = records.map((record) => record.at(-1) ?? '');
  const ridge = trainRidge(
    inputs.slice(0, TRAINING),
    truths.slice(0, TRAINING).map((truth) => truth === '1'),
  );
  return inputs.slice(TRAINING).map((row, i) => {
    const value = ridge(row);
    return {
      features: Object.fromEntries(names.map((name, column) => [name, row[column] ?? Number.NaN])),
      predicted: value > 0 ? '1' : '0',
      score: 1 / (1 + Math.exp(-3 * Math.abs(value))),
      truth: truths[i + TRAINING] ?? '',
    };
  });
}

/** Whole windows, one after the other. */
export function windowsOf<Row>(rows: readonly Row[], size: number): Row[][] {
  return Array.from({ length: Math.floor(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
}

/** The same rows in blocks of so many, shuffled: quiet, as what was drift in time is in every part now. Inside a block, rows stay neighbours. */
export function shuffled<Row>(rows: readonly Row[], block: number, random: Random): Row[] {
  const blocks = windowsOf(rows, block);
  for (let last = blocks.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [blocks[last], blocks[other]] = [blocks[other] ?? [], blocks[last] ?? []];
  }
  return blocks.flat();
}

/**
 * A window after a change. covariate: the first measure after the clock (which nothing moves) is larger by about 0.5 deviations in the mean.
 * label: class 1 is three times as likely. concept: where that measure is above its median, every other row has the other class.
 */
export function changedWindow(
  rows: readonly Answered[],
  stream: Stream,
  change: Change,
  size: number,
  random: Random,
): Answered[] {
  const name = { electricity: 'nswdemand', weather: 'feat_1', sea: 'attrib1' }[stream];
  const valueOf = ({ features }: Answered) => features[name] ?? 0;
  const [low = 0, middle = 0, high = 0] = quantiles(rows.map(valueOf), [0.16, 0.5, 0.84]);
  const weightOf = (row: Answered) => {
    if (change === 'label') return row.truth === '1' ? 3 : 1;
    return change === 'covariate' ? Math.exp((valueOf(row) - middle) / (high - low)) : 1;
  };
  const drawn = drawWeighted(rows, weightOf, size, random);
  if (change !== 'concept') return drawn;
  return drawn.map((row) =>
    valueOf(row) > middle && random() < 1 / 2 ? { ...row, truth: row.truth === '1' ? '0' : '1' } : row,
  );
}

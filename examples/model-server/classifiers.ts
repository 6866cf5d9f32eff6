import { Matrix, solve } from 'ml-matrix';
import { type Digits, readDigits } from './dataset.js';

export const VERSIONS = ['v1', 'v2', 'v3'] as const;
export type ModelVersion = (typeof VERSIONS)[number];

export const FEATURES = 64;
export const CLASSES = 10;

/** The digit of each row, and how sure the model is of each of the ten (shares that add up to 1). */
interface Predictions {
  readonly labels: number[];
  readonly scores: number[][];
}

/** @param rows one or more, each of 64 pixels 0..16 */
export type Classifier = (rows: readonly (readonly number[])[]) => Predictions;

/**
 * Trains a version on the training rows; nothing in it is random, and it takes well under a second.
 * v1: ridge regression on one-hot labels, features standardised. v2: three nearest neighbours, on the pixels as they are.
 * v3: v2 with its features standardised, and a bug in that; see below.
 */
export function trainClassifier(version: ModelVersion): Classifier {
  const training = readDigits('digits-train.csv');
  const scale = scaleOf(training.rows);
  const standardised = { ...training, rows: standardise(training.rows, scale) };
  switch (version) {
    case 'v1': {
      const classify = trainRidge(standardised);
      return (rows) => classify(standardise(rows, scale));
    }
    case 'v2':
      return trainNeighbours(training);
    case 'v3': {
      const classify = trainNeighbours(standardised);
      // The bug, as it happens in real life: the notebook standardised each batch by its own mean and deviation, and so does
      // the server. A validation run with batches of a hundred rows scores as well as ever. A user's request has one row: it
      // equals its own mean, every feature becomes 0, and the answer is the same digit for all.
      return (rows) => classify(standardise(rows, scaleOf(rows)));
    }
  }
}

interface Scale {
  readonly means: number[];
  readonly deviations: number[];
}

function scaleOf(rows: readonly (readonly number[])[]): Scale {
  const column = (index: number) => rows.map((row) => row[index] ?? 0);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = Array.from({ length: FEATURES }, (_, index) => column(index));
  const means = columns.map(mean);
  // A constant feature has no deviation; dividing by 1 leaves it at 0.
  const deviations = columns.map(
    (values, i) => Math.sqrt(mean(values.map((value) => (value - (means[i] ?? 0)) ** 2))) || 1,
  );
  return { means, deviations };
}

function standardise(rows: readonly (readonly number[])[], { means, deviations }: Scale): number[][] {
  return rows.map((row) => row.map((value, i) => (value - (means[i] ?? 0)) / (deviations[i] ?? 1)));
}

const RIDGE = 100;

function trainRidge({ rows, labels }: Digits): Classifier {
  const inputs = new Matrix(rows.map((row) => [1, ...row]));
  const targets = Matrix.zeros(rows.length, CLASSES);
  for (const [row, label] of labels.entries()) targets.set(row, label, 1);
  const transposed = inputs.transpose();
  const penalty = Matrix.eye(FEATURES + 1).mul(RIDGE);
  const weights = solve(transposed.mmul(inputs).add(penalty), transposed.mmul(targets));
  return (given) => {
    const raw = new Matrix(given.map((row) => [1, ...row])).mmul(weights).to2DArray();
    return { labels: raw.map(indexOfLargest), scores: raw.map(softmax) };
  };
}

const NEIGHBOURS = 3;
/** Keeps the vote of a neighbour that equals the row finite; real distances here are around 20. */
const LEAST_DISTANCE = 1e-9;

function trainNeighbours({ rows, labels }: Digits): Classifier {
  const points = Float64Array.from(rows.flat());
  return (given) => {
    const scores = given.map((row) => votes(nearest(points, row), labels));
    return { labels: scores.map(indexOfLargest), scores };
  };
}

interface Neighbour {
  readonly index: number;
  readonly distance: number;
}

/** By looking at all of them: among 64 features a search tree leaves out hardly any, and takes ten times as long. */
function nearest(points: Float64Array, row: readonly number[]): Neighbour[] {
  const found: Neighbour[] = [];
  for (let index = 0; index * FEATURES < points.length; index += 1) {
    let square = 0;
    for (let i = 0; i < FEATURES; i += 1) square += ((points[index * FEATURES + i] ?? 0) - (row[i] ?? 0)) ** 2;
    const farthest = found[NEIGHBOURS - 1];
    const distance = Math.sqrt(square);
    if (farthest !== undefined && distance >= farthest.distance) continue;
    found.push({ index, distance });
    found.sort((a, b) => a.distance - b.distance).splice(NEIGHBOURS);
  }
  return found;
}

/** Each neighbour's vote counts by the inverse of its distance, so that the label is always the one with the best score. */
function votes(neighbours: readonly Neighbour[], labels: readonly number[]): number[] {
  const sums = Array.from({ length: CLASSES }, () => 0);
  let total = 0;
  for (const { index, distance } of neighbours) {
    const label = labels[index] ?? 0;
    const vote = 1 / (distance + LEAST_DISTANCE);
    sums[label] = (sums[label] ?? 0) + vote;
    total += vote;
  }
  return sums.map((sum) => sum / total);
}

function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function softmax(values: readonly number[]): number[] {
  // Ridge outputs lie around 0..1; the factor spreads them into scores that mean something.
  const powers = values.map((value) => Math.exp(5 * value));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

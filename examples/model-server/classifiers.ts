import KNN from 'ml-knn';
import { Matrix, solve } from 'ml-matrix';
import { type Digits, readDigits } from './dataset.js';

export const VERSIONS = ['v1', 'v2', 'v3'] as const;
export type ModelVersion = (typeof VERSIONS)[number];

export const FEATURES = 64;
export const CLASSES = 10;

/** The digit of each row, and how sure the model is of each of the ten. */
export interface Predictions {
  readonly labels: number[];
  readonly scores: number[][];
}

export type Classifier = (rows: readonly (readonly number[])[]) => Predictions;

/**
 * Trains a version on the training rows; always the same, in well under a second.
 * v1: ridge regression on one-hot labels. v2: three nearest neighbours. v3: v2 with a bug, see below.
 */
export function trainClassifier(version: ModelVersion): Classifier {
  const training = readDigits('digits-train.csv');
  const scale = scaleOf(training.rows);
  const scaled = { ...training, rows: standardise(training.rows, scale) };
  switch (version) {
    case 'v1': {
      const classify = trainRidge(scaled);
      return (rows) => classify(standardise(rows, scale));
    }
    case 'v2': {
      const classify = trainNeighbours(scaled);
      return (rows) => classify(standardise(rows, scale));
    }
    case 'v3': {
      const classify = trainNeighbours(scaled);
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

function trainNeighbours({ rows, labels }: Digits): Classifier {
  const knn = new KNN(rows, labels, { k: NEIGHBOURS });
  return (given) => ({
    labels: given.map((row) => knn.predict(row)),
    scores: given.map((row) => {
      const shares = Array.from({ length: CLASSES }, () => 0);
      for (const [point] of knn.kdTree.nearest(row, NEIGHBOURS)) {
        const label = point[FEATURES] ?? 0;
        shares[label] = (shares[label] ?? 0) + 1 / NEIGHBOURS;
      }
      return shares;
    }),
  });
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

import {
  agreementOf,
  averagePrecision,
  binaryQuality,
  brierScore,
  calibrationCurve,
  classificationQuality,
  expectedCalibrationError,
  logLoss,
  multiclassLogLoss,
  pinballLoss,
  regressionQuality,
  rocAuc,
  topKAccuracy,
} from '../../../src/stats/index.js';
import type { Oracle, Values } from '../oracle-adapter.js';
import { numbers } from './decode.js';

function binaryOracle(input: Values, options: Values): Values {
  const [truth, scores] = [numbers(input.yTrue), numbers(input.yScore)];
  const weights = input.sampleWeight ? numbers(input.sampleWeight) : undefined;
  const predicted = Array.from(scores, (score) => score >= (options.threshold as number));
  const quality = binaryQuality(truth, predicted, weights);
  // scikit-learn's curve has 10 bins of its own edges here, and leaves nothing of a truth of one class.
  const curve = quality.balancedAccuracy === null ? [] : calibrationCurve(truth, scores, 10, true);
  return {
    ...quality,
    balanced_accuracy: quality.balancedAccuracy ?? Number.NaN,
    brier: brierScore(truth, scores, weights),
    log_loss: logLoss(truth, scores, weights),
    roc_auc: rocAuc(truth, scores, weights) ?? Number.NaN,
    average_precision: averagePrecision(truth, scores, weights) ?? Number.NaN,
    ece10: expectedCalibrationError(truth, scores),
    calibration_true: curve.map(({ observed }) => observed),
    calibration_pred: curve.map(({ predicted: mean }) => mean),
  };
}

function multiclassOracle(input: Values): Values {
  const classes = input.classes as number[];
  const truth = input.yTrue as number[];
  const probabilities = input.proba as number[][];
  const predicted = probabilities.map((row) => classes[row.indexOf(Math.max(...row))] as number);
  const quality = classificationQuality(truth, predicted, classes);
  const index = truth.map((label) => classes.indexOf(label));
  const aucs = classes.map((_, k) =>
    rocAuc(
      index.map((i) => Number(i === k)),
      probabilities.map((row) => row[k] as number),
    ),
  );
  return {
    accuracy: quality.accuracy,
    confusion: quality.confusion,
    ...Object.fromEntries(
      (['macro', 'micro', 'weighted'] as const).flatMap((average) =>
        Object.entries(quality[average]).map(([key, value]) => [`${key}_${average}`, value]),
      ),
    ),
    log_loss: multiclassLogLoss(index, probabilities),
    roc_auc_ovr_macro: aucs.reduce<number>((sum, auc) => sum + (auc ?? Number.NaN), 0) / classes.length,
    top2_accuracy: topKAccuracy(index, probabilities, 2),
    cohen_kappa: agreementOf(truth, predicted).kappa ?? Number.NaN,
  };
}

function regressionOracle(input: Values): Values {
  const [truth, predicted] = [numbers(input.yTrue), numbers(input.yPred)];
  const quality = regressionQuality(truth, predicted);
  return {
    ...quality,
    median_ae: quality.medianAbsoluteError,
    max_error: quality.maxError,
    explained_variance: quality.explainedVariance,
    r2: quality.r2 ?? Number.NaN,
    pinball_0_9: pinballLoss(truth, predicted, 0.9),
    mean_error: quality.meanError,
  };
}

export const qualityOracles: Record<string, Oracle> = {
  classification: (input, options) =>
    options.task === 'binary' ? binaryOracle(input, options) : multiclassOracle(input),
  regression_metrics: (input) => regressionOracle(input),
};

import { comparisonOracles } from './oracle/comparison.js';
import { driftOracles } from './oracle/drift.js';
import { qualityOracles } from './oracle/quality.js';
import { sampleOracles } from './oracle/sample.js';
import { sequentialOracles } from './oracle/sequential.js';

export type Values = Readonly<Record<string, unknown>>;
export type Oracle = (input: Values, options: Values) => Values;

const ORACLES: Readonly<Record<string, Oracle>> = {
  ...sampleOracles,
  ...driftOracles,
  ...comparisonOracles,
  ...sequentialOracles,
  ...qualityOracles,
};

/**
 * The one place that maps the names of the oracle files (test/stats/oracles) to our functions.
 * @param input as it stands in the file @param options likewise
 * @returns an object with the file's `expected` keys; `{ error: true, message }` where our function refuses the input
 */
export function evaluate(statistic: string, input: Values, options: Values): Values {
  const oracle = ORACLES[statistic];
  if (oracle === undefined)
    throw new Error(`no statistic is called "${statistic}"; known: ${Object.keys(ORACLES).join(', ')}`);
  try {
    return oracle(input, options);
  } catch (error) {
    // Jest's realm has its own RangeError: names compare, classes do not.
    if ((error as Error).name !== 'RangeError') throw error;
    return { error: true, message: (error as Error).message };
  }
}

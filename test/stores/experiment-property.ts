import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ExperimentReading, MomentsReading, UnitReading } from '../../src/domain/experiment.js';
import type { MetricDefinition } from '../../src/domain/spec/metric-definition.js';
import type { Store } from '../../src/ports/store.js';
import { METRICS, questionOf, UNTIL } from './experiment-fixtures.js';
import { naiveMoments, naiveQuantile, naiveUnits, type Records } from './experiment-naive.js';
import { arbitraryRecords, ofService } from './experiment-records.js';
import { batchOf, newService } from './observation-fixtures.js';

/** What SQL sums is what loops over the same rows sum. */
export function experimentProperty(store: () => Store): void {
  test('is what loops over the same rows give', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecords, async (drawn) => {
        const service = newService();
        const records = ofService(service, drawn);
        await store().appendObservations(batchOf(records));
        const question = questionOf(service);
        const reading = await store().experiments.read(question, { signal: new AbortController().signal });
        const { counted, both } = naiveUnits(records, Date.parse(UNTIL));
        expect(reading.integrity.inBothArms).toBe(both);
        expect(reading.integrity.units.candidate).toBe(counted.filter(({ arm }) => arm === 'candidate').length);
        for (const metric of METRICS) expectSame(reading, metric, records, question);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
}

function expectSame(
  reading: ExperimentReading,
  metric: MetricDefinition,
  records: Records,
  question: ReturnType<typeof questionOf>,
): void {
  const found = reading.metrics.find((one) => one.metric === metric.name);
  const expected = (isIn: (segment: string) => boolean, columns: readonly string[]): UnitReading => {
    if (metric.kind === 'quantile') {
      const arm = (name: 'baseline' | 'candidate') =>
        naiveQuantile(metric, records, UNTIL, name, ({ segment }) => isIn(segment));
      return {
        kind: 'quantile',
        quantile: metric.quantile ?? 0.5,
        arms: { baseline: arm('baseline'), candidate: arm('candidate') },
      };
    }
    return narrowed(
      naiveMoments(metric, records, question, ({ segment }) => isIn(segment)),
      columns.length,
    );
  };
  const columnsOf = (part: UnitReading | undefined) => (part?.kind === 'moments' ? part.columns : []);
  expectClose(
    found?.all,
    expected(() => true, columnsOf(found?.all)),
  );
  const eu = found?.segments.eu;
  expectClose(
    eu,
    expected((segment) => segment === 'eu', columnsOf(eu)),
  );
  for (const { day, reading: own } of found?.days ?? [])
    if (metric.kind !== 'quantile')
      expectClose(
        own,
        naiveMoments(metric, records, question, () => true, day),
      );
}

/** Without columns of a time in which nobody did anything; that they are missing for that reason only is checked here. */
function narrowed(reading: MomentsReading, kept: number): MomentsReading {
  const { columns, arms } = reading;
  const arm = ({ units, sums, products }: MomentsReading['arms']['baseline']) => {
    for (const sum of sums.slice(kept)) expect(sum).toBe(0);
    return { units, sums: sums.slice(0, kept), products: products.slice(0, kept).map((row) => row.slice(0, kept)) };
  };
  return {
    kind: 'moments',
    columns: columns.slice(0, kept),
    arms: { baseline: arm(arms.baseline), candidate: arm(arms.candidate) },
  };
}

/** Sums are added in another order, so their last digits differ. */
function expectClose(found: unknown, expected: unknown): void {
  const rounded = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value ?? null, (_, x: unknown) => (typeof x === 'number' ? Number(x.toPrecision(11)) : x)),
    );
  expect(rounded(found)).toEqual(rounded(expected));
}

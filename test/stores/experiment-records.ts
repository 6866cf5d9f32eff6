import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { START } from './experiment-fixtures.js';
import type { Records } from './experiment-naive.js';
import { feedbackOf, predictionOf } from './observation-fixtures.js';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const unit = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
/** From before the experiment until after it, in half hours so that times meet. */
const hours = fc.integer({ min: -160, max: 320 }).map((halves) => halves / 2);
const arm = fc.constantFrom('baseline' as const, 'candidate' as const);

const exposure = fc.record({
  unit,
  arm,
  epoch: fc.constantFrom(1, 2),
  hours: fc.integer({ min: 0, max: 160 }),
  segment: fc.constantFrom('', 'eu'),
});
const prediction = fc.record({
  unit,
  // Shadows and others are nobody's sample; few, so that most units stay in one arm.
  arm: fc.constantFrom('own' as const, 'own' as const, 'own' as const, 'shadow' as const, 'baseline' as const),
  epoch: fc.constantFrom(0, 1, 1),
  hours,
  status: fc.constantFrom(200, 200, 500),
  latencyMs: fc.constantFrom(1, 2, 2, 3.5, 8),
  label: fc.constantFrom('x', 'y', null),
});
const feedback = fc.record({
  about: fc.oneof(
    fc.record({ unit }),
    fc.record({ prediction: fc.nat(20) }),
    fc.record({ prediction: fc.nat(20), unit }),
  ),
  kind: fc.constantFrom(
    'revenue' as const,
    'revenue' as const,
    'conversion' as const,
    'thumb' as const,
    'label' as const,
  ),
  hours,
  delay: fc.constantFrom(0, 1, 30, -1),
  amount: fc.constantFrom(0, 0.1, 2, 7, 11),
  label: fc.constantFrom('x', 'y'),
});

/** Small sets of records with ties, empty parts, units in both arms, feedback early, late and from the future. */
export const arbitraryRecords = fc
  .record({
    exposures: fc.array(exposure, { maxLength: 10 }),
    predictions: fc.array(prediction, { maxLength: 20 }),
    feedback: fc.array(feedback, { maxLength: 25 }),
  })
  .map((drawn): Records => {
    const service = '';
    // The store keeps the first record of a unit and epoch.
    const exposures = drawn.exposures
      .filter((x, i) => drawn.exposures.findIndex((y) => y.unit === x.unit && y.epoch === x.epoch) === i)
      .map((x) => ({
        service,
        rolloutId: 'r-1',
        epoch: x.epoch,
        unitHash: x.unit,
        arm: x.arm,
        version: 'v',
        segment: x.segment,
        at: at(x.hours),
      }));
    const armOf = (name: string) => exposures.find(({ unitHash }) => unitHash === name)?.arm ?? 'baseline';
    const predictions = drawn.predictions.map(({ unit: unitHash, arm: drawnArm, hours: when, ...rest }) =>
      predictionOf(service, {
        ...rest,
        unitHash,
        arm: drawnArm === 'own' ? armOf(unitHash) : drawnArm,
        at: at(when),
      }),
    );
    return { exposures, predictions, feedback: drawn.feedback.map((one) => told(service, one, predictions)) };
  });

/** The same under another name, with ids of its own. */
export function ofService(service: string, { exposures, predictions, feedback: said }: Records): Records {
  const idOf = (id: string | null) => (id === null ? null : `${service}-${id}`);
  return {
    exposures: exposures.map((one) => ({ ...one, service })),
    predictions: predictions.map((one) => ({ ...one, service, predictionId: `${service}-${one.predictionId}` })),
    feedback: said.map((one) => ({ ...one, service, predictionId: idOf(one.predictionId) })),
  };
}

type Drawn = typeof feedback extends fc.Arbitrary<infer T> ? T : never;

function told(service: string, drawn: Drawn, predictions: Records['predictions']) {
  const { about, kind, hours: when, delay, amount, label } = drawn;
  const of = 'prediction' in about ? predictions[about.prediction] : undefined;
  const unitHash = 'unit' in about ? about.unit : of === undefined ? 'a' : null;
  const isLabel = kind === 'label';
  const about_ =
    of === undefined
      ? { predictionId: null, epoch: null, arm: null, version: null, predictedAt: null }
      : { predictionId: of.predictionId, epoch: of.epoch, arm: of.arm, version: of.version, predictedAt: of.at };
  return feedbackOf(service, {
    feedbackId: randomUUID(),
    ...about_,
    // An id that carries its unit carries the prediction's.
    unitHash: of === undefined || unitHash === null ? unitHash : of.unitHash,
    kind,
    occurredAt: at(when),
    receivedAt: at(when + delay),
    label: isLabel ? label : null,
    value: isLabel ? null : kind === 'revenue' ? amount : amount > 1 ? 1 : 0,
  });
}

import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import { limitsOf, result } from '../judge-value.js';
import { classFault } from './class-space.js';
import { judgeMeasurement, unmeasured } from './measure.js';
import { type AnswerCheck, boundsByDataset } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';
import { ALL, agreementKey, agreementOf, keyOf } from './wanted.js';

/** Whether all answers keep the bounds, or are of the type. */
export function judgeAnswers(check: AnswerCheck, tally: RowChecksTally): CheckResult {
  const faults = [...tally.faults.of(check)].map(
    ([kind, { rows, example }]) => `${rows} ${kind}, for instance ${example}`,
  );
  const unknown =
    check.metric === 'prediction_bounds' && boundsByDataset(check) ? unknownLabels(tally) : { faults: [] };
  const all = [...unknown.faults, ...faults];
  const why = tally.rows === 0 ? 'no rows' : unknown.why;
  return result(check, {
    verdict: all.length > 0 ? 'fail' : why === undefined ? 'pass' : 'inconclusive',
    reason: [`${tally.rows} predictions`, ...all, ...(why === undefined ? [] : [why])].join('; '),
    candidate: { samples: tally.rows, value: null },
    limits: limitsOf(check),
  });
}

/** Predicted labels that are no row's true one. */
function unknownLabels(tally: RowChecksTally): { readonly faults: readonly string[]; readonly why?: string } {
  const fault = classFault(tally, 'candidate', ALL);
  if (fault !== null) return { faults: [], why: fault };
  if (tally.labelled === 0) return { faults: [], why: 'the data set has no labels: list them in `labels`' };
  const counts = tally.counts
    .get(keyOf({ arm: 'candidate', by: ALL }))
    ?.bySlice()
    .get(0);
  const known = counts?.of('truth') ?? new Map<number, number>();
  const odd = [...(counts?.of('predicted') ?? [])].filter(([id]) => !known.has(id));
  const [first] = odd;
  if (first === undefined) return { faults: [] };
  const rows = odd.reduce((sum, [, count]) => sum + count, 0);
  const example = tally.labels.textOf(first[0]).slice(0, 60);
  return { faults: [`${rows} labels the data set does not have, for instance "${example}"`] };
}

/** Share of rows that both versions answer alike. */
export function judgeAgreement(check: CheckOf<'agreement'>, tally: RowChecksTally): CheckResult {
  const counts = tally.agreements.get(agreementKey(agreementOf(check)));
  return judgeMeasurement(check, tally, {
    candidate:
      counts === undefined
        ? unmeasured('no rows')
        : {
            slices: () => counts.slices(),
            of: (slice) => {
              const { rows, alike } = counts.of(slice);
              if (rows === 0) return { samples: 0, value: null, unknown: 'no row was answered by both versions' };
              return { samples: rows, value: alike / rows };
            },
          },
    baseline: null,
    better: 'higher',
  });
}

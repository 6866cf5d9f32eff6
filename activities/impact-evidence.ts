import { describeError } from '../src/domain/errors.js';
import { type ImpactMeasure, impactMeasureOf } from '../src/domain/impact-measure.js';
import type { QueryVariables } from '../src/domain/query-template.js';
import { metricNamed } from '../src/domain/spec/metric-definition.js';
import type { QueryProvider } from '../src/domain/spec/query.js';
import type { MetricEvidence, Read } from '../src/impact/analyse-metric.js';
import { type BucketRange, timeOfBucket } from '../src/impact/buckets.js';
import type { BucketValue, HoldbackQuestion, ImpactData, ImpactSpan } from '../src/ports/impact-data.js';
import type { QueryReader } from '../src/ports/query-reader.js';
import type { ImpactLook } from './impact.js';

export interface EvidenceDeps {
  readonly data: ImpactData;
  readonly queries?: QueryReader | undefined;
  readonly signal: AbortSignal;
}

/** Prometheus answers many at once; more would be unkind. */
const AT_ONCE = 8;
const QUERY_TIMEOUT_MS = 10_000;

/** Reads all that one metric can be judged by. What can't be read says why. @returns a reason where the metric itself is unknown */
export async function gatherEvidence(
  deps: EvidenceDeps,
  look: ImpactLook,
  name: string,
  range: BucketRange,
): Promise<MetricEvidence | string> {
  const definition = metricNamed(name, look.definitions);
  const measure = definition === undefined ? `nobody defines the metric ${name}` : impactMeasureOf(definition);
  if (typeof measure === 'string') return measure;
  const { data } = deps;
  const { service, candidate, plan } = look;
  const [series, holdback, control] = await Promise.all([
    attempt(async () => {
      const [before, after] = spansOf(service, range);
      const parts = [data.series(measure, before), data.series(measure, { ...after, version: candidate })];
      return (await Promise.all(parts)).flat();
    }),
    plan.holdback > 0 ? readHoldback(data, measure, look, range) : null,
    plan.control === undefined ? null : readControl(deps, measure, look, range),
  ]);
  return { measure, series, holdback, control };
}

/** Who is in which group: what units met since the cutover. */
export function holdbackQuestion({ service, baseline, candidate }: ImpactLook, range: BucketRange): HoldbackQuestion {
  const until = timeOfBucket(range, range.after[1] + 1);
  return { service, since: range.origin, until, held: baseline, kept: candidate };
}

function spansOf(service: string, range: BucketRange): [ImpactSpan, ImpactSpan] {
  const { origin, bucketMs, before, after } = range;
  const span = ([first, last]: readonly [number, number]): ImpactSpan => ({
    service,
    since: timeOfBucket(range, first),
    until: timeOfBucket(range, last + 1),
    origin,
    bucketMs,
    version: null,
  });
  return [span(before), span(after)];
}

async function readHoldback(data: ImpactData, measure: ImpactMeasure, look: ImpactLook, range: BucketRange) {
  return attempt(async () => {
    const groups = holdbackQuestion(look, range);
    const [before, after] = spansOf(look.service, range);
    const [readOut, ...series] = await Promise.all([
      data.readOut(measure, groups),
      data.groupSeries(measure, before, groups),
      data.groupSeries(measure, after, groups),
    ]);
    const joined = { held: series.flatMap(({ held }) => held), kept: series.flatMap(({ kept }) => kept) };
    return { readOut, groups: joined };
  });
}

async function readControl(
  deps: EvidenceDeps,
  measure: ImpactMeasure,
  look: ImpactLook,
  range: BucketRange,
): Promise<MetricEvidence['control']> {
  const { control } = look.plan;
  if (control === undefined) return null;
  if ('query' in control)
    return { name: 'the control series', read: await askControl(deps, control.query, look, range) };
  const spans = spansOf(control.service, range);
  const read = await attempt(async () =>
    (await Promise.all(spans.map((span) => deps.data.series(measure, span)))).flat(),
  );
  return { name: control.service, read };
}

/** One question a bucket, at its end, about the time of the bucket. Buckets without an answer are left out. */
async function askControl(
  { queries, signal }: EvidenceDeps,
  provider: QueryProvider,
  { rolloutId, service, baseline, candidate }: ImpactLook,
  range: BucketRange,
): Promise<Read<readonly BucketValue[]>> {
  if (queries === undefined) return { why: 'this worker can ask no queries' };
  const window = `${Math.round(range.bucketMs / 1000)}s`;
  const variables: QueryVariables = { service, rolloutId, baseline, candidate, version: candidate, window };
  const buckets = [range.before, range.after].flatMap(([first, last]) =>
    Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i),
  );
  const values: BucketValue[] = [];
  let why = 'it has no value in any bucket';
  const next = buckets.values();
  const ask = async () => {
    for (const bucket of next) {
      const at = new Date(timeOfBucket(range, bucket + 1));
      const answer = await queries({ provider, variables, at, timeoutMs: QUERY_TIMEOUT_MS, signal });
      if (answer.kind === 'value') values.push({ bucket, value: answer.value, samples: 1 });
      else why = answer.why;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return values.length === 0
    ? { why: `the control series: ${why}` }
    : { value: values.sort((a, b) => a.bucket - b.bucket) };
}

/** A series that can't be read leaves its method without a word, and the others with theirs. */
async function attempt<T>(read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    // A store that is away comes back, and the look is taken again then.
    if ((error as { code?: unknown }).code === 'STORE_UNAVAILABLE') throw error;
    return { why: describeError(error) };
  }
}

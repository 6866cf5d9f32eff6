import type { MonitorRun } from '../../domain/monitor.js';
import type { ComparedWindows, ReferencePlan } from '../../domain/spec/monitors/reference.js';
import type { MonitorData, VersionSpan } from '../../ports/monitor-data.js';

/** A reference that is fixed stays so, run after run: this is what a run leaves of it. */
interface FixedReference {
  readonly version: string;
  /** When the version was promoted: another promotion is another reference. */
  readonly promotedAt: string;
  readonly until: string;
}

interface WindowState {
  readonly reference: FixedReference | null;
}

/** What is compared, or why nothing can be. */
export type FoundWindows =
  | {
      readonly kind: 'found';
      readonly version: string;
      readonly reference: VersionSpan;
      /** Newest rows of it are taken. */
      readonly current: VersionSpan;
      readonly isOwnPast: boolean;
      readonly state: WindowState;
    }
  | { readonly kind: 'missing'; readonly version: string | null; readonly why: string; readonly state: WindowState };

type Count = (span: VersionSpan) => Promise<number>;
const NOTHING: WindowState = { reference: null };

/** @param count rows of the kind that the reference is counted by */
export async function findWindows(
  spec: ComparedWindows,
  run: MonitorRun,
  data: MonitorData,
  count: Count,
): Promise<FoundWindows> {
  const { service, at } = run;
  const serving = await data.serving(service);
  const version =
    spec.version === 'baseline' || spec.version === 'candidate' ? (serving?.[spec.version] ?? null) : spec.version;
  const missing = (why: string, state = NOTHING) => ({ kind: 'missing', version, why, state }) as const;
  if (version === null)
    return missing(`no ${spec.version} of ${service} serves users`, (run.state as WindowState | null) ?? NOTHING);
  const oldest = isoOf(Date.parse(at) - spec.maxAge);
  const of = (name: string, since: string, until: string): VersionSpan => ({ service, version: name, since, until });

  if (spec.reference.from === 'baseline') {
    if (serving === null || serving.baseline === version)
      return missing(`${service} has no baseline besides ${version}`);
    const reference = of(serving.baseline, oldest, at);
    return { kind: 'found', version, reference, current: of(version, oldest, at), isOwnPast: false, state: NOTHING };
  }
  const found =
    spec.reference.from === 'stretch'
      ? {
          span: of(version, isoOf(Date.parse(spec.reference.since)), isoOf(Date.parse(spec.reference.until))),
          state: NOTHING,
        }
      : await sincePromotion(spec.reference, { version, run, data, count });
  if ('why' in found) return missing(found.why, found.state);
  const { span: reference, state } = found;
  const current = of(version, oldest > reference.until ? oldest : reference.until, at);
  if (current.since >= at)
    return missing(`the reference ends at ${reference.until}, and nothing has come since`, state);
  return { kind: 'found', version, reference, current, isOwnPast: true, state };
}

async function sincePromotion(
  { rows, length }: Extract<ReferencePlan, { from: 'promotion' }>,
  { version, run, data, count }: { version: string; run: MonitorRun; data: MonitorData; count: Count },
): Promise<{ span: VersionSpan; state: WindowState } | { why: string; state: WindowState }> {
  const { service, at } = run;
  const promotedAt = await data.promotedAt(service, version);
  if (promotedAt === null)
    return { why: `no rollout has promoted ${version}: say which stretch is its reference`, state: NOTHING };
  const spanTo = (until: string): VersionSpan => ({ service, version, since: promotedAt, until });
  const before = (run.state as WindowState | null)?.reference ?? null;
  if (before !== null && before.version === version && before.promotedAt === promotedAt)
    return { span: spanTo(before.until), state: { reference: before } };
  const full = isoOf(Date.parse(promotedAt) + length);
  if (at < full) return { why: `the reference of ${version} fills until ${full}`, state: NOTHING };
  const fixedAt = async (until: string) => {
    const n = await count(spanTo(until));
    return { n, span: spanTo(until), state: { reference: { version, promotedAt, until } } };
  };
  const first = await fixedAt(full);
  if (first.n >= rows) return first;
  const all = await fixedAt(at);
  if (all.n >= rows) return all;
  return { why: `the reference of ${version} has ${all.n} of ${rows} rows since ${promotedAt}`, state: NOTHING };
}

const isoOf = (ms: number) => new Date(ms).toISOString();

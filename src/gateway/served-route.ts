import type { AttributeValue } from '../domain/condition.js';
import { pathPrefix } from '../domain/protocol.js';
import type { ModelTarget, Route, Trip } from '../domain/route.js';
import { BUCKETS, pick, unitBucket } from '../routing/bucket.js';
import { type CompiledCondition, compileCondition } from '../routing/condition.js';
import { parseField, type RequestField, type RequestSource, valueOf } from '../routing/request-field.js';
import { Brake } from './brake/brake.js';

/** Who answers users: one of the two under comparison, or another version that has a share. */
type UserArm = 'baseline' | 'candidate' | 'other';

/** Which version a unit meets, and in which part of the traffic it is counted. */
export interface Assignment {
  readonly arm: UserArm;
  readonly target: ModelTarget;
  /** Empty where the unit is in no segment. */
  readonly segment: string;
  /** Kept on the version before after a cutover; where that fails, the stable version answers. */
  readonly isHeldBack?: true;
}

interface CompiledSegment {
  readonly name: string;
  readonly percent: number | undefined;
  readonly matches: CompiledCondition;
}

/** A route in force, compiled for the hot path, with its lease as this process counts it. */
export class ServedRoute {
  readonly route: Route;
  readonly prefix: string;
  /** Requests of many kinds stand under the prefix; else it is the one path of predictions. */
  private readonly hasModelPaths: boolean;
  readonly unitKey: RequestField;
  readonly brake: Brake | null;
  /** What is no prediction is the stable version's. */
  readonly stable: Assignment;
  private readonly segments: readonly CompiledSegment[];
  private readonly attributes: readonly (readonly [string, RequestField])[];
  private readonly others: readonly ModelTarget[];
  /** Of the candidate, written anew for each request, and of the others. */
  private readonly weights: number[];
  /** The first bucket that is held back; beyond all where none is. */
  private readonly heldFrom: number;
  /** On the monotonic clock; a changed wall clock must not stretch a lease. Null where there is none. */
  leaseEndsAt: number | null;
  /** Set once the gateway itself has taken the candidate out; only a newer route brings it back. */
  trip: Trip | null;

  constructor(route: Route, leaseEndsAt: number | null, trip: Trip | null) {
    const { protocol, traffic, candidate } = route;
    this.route = route;
    this.leaseEndsAt = leaseEndsAt;
    this.trip = trip;
    this.prefix = pathPrefix(protocol);
    this.hasModelPaths = protocol.kind === 'open-inference';
    this.unitKey = parseField(protocol.unitKey);
    this.attributes = Object.entries(protocol.attributes ?? {}).map(([name, field]) => [name, parseField(field)]);
    this.segments = (traffic?.segments ?? []).map((segment) => ({
      name: segment.name,
      percent: segment.percent,
      matches: compileCondition(segment),
    }));
    this.stable = { arm: 'baseline', target: route.baseline, segment: '' };
    this.others = traffic?.others ?? [];
    this.weights = [0, ...(traffic?.others ?? []).map(({ weight }) => weight)];
    this.heldFrom = BUCKETS - Math.round(((route.holdback?.percent ?? 0) * BUCKETS) / 100);
    this.brake = traffic?.brake === undefined || candidate === null ? null : new Brake(traffic.brake);
  }

  /** Whether what is posted there is a prediction. */
  isPredictionPath(path: string): boolean {
    return this.hasModelPaths ? path.endsWith('/infer') : path === this.prefix;
  }

  /** Whether the candidate may meet anybody at all at this moment. */
  get isAlive(): boolean {
    return this.trip === null && this.leaseEndsAt !== null && this.leaseEndsAt > performance.now();
  }

  get weightPercent(): number {
    return this.isAlive ? this.route.weightPercent : 0;
  }

  get shadowPercent(): number {
    return this.isAlive ? this.route.shadowPercent : 0;
  }

  /**
   * Versions lie side by side over the buckets: candidate, others, and the stable baseline last. Who is held back are the last ones: they have met no
   * candidate on the way.
   * @param at ms since 1970
   */
  assign(unit: string, source: RequestSource, at: number): Assignment {
    const { route } = this;
    const segment = this.segments.length === 0 ? undefined : this.segmentOf(source, at);
    const weight = this.weightIn(segment);
    const name = segment?.name ?? '';
    const { holdback } = route;
    if (weight === 0 && this.others.length === 0 && !holdback)
      return { arm: 'baseline', target: route.baseline, segment: name };
    const bucket = unitBucket(route.salt, unit, route.traffic?.hash);
    this.weights[0] = weight;
    const owner = pick(bucket, this.weights);
    if (owner === 0 && route.candidate !== null) return { arm: 'candidate', target: route.candidate, segment: name };
    const other = this.others[owner - 1];
    if (other !== undefined) return { arm: 'other', target: other, segment: name };
    if (holdback && bucket >= this.heldFrom)
      return { arm: 'other', target: holdback.target, segment: name, isHeldBack: true };
    return { arm: 'baseline', target: route.baseline, segment: name };
  }

  /** The version of that name, as an arm outside of the comparison: a tester's requests are nobody's sample. */
  forced(version: string): Assignment | null {
    const { baseline, candidate } = this.route;
    const known = [baseline, ...(candidate === null ? [] : [candidate]), ...this.others];
    const target = known.find((one) => one.version === version);
    if (target === undefined) return null;
    // What was taken out, or has lost its lease, is out for testers as well.
    return target === candidate && !this.isAlive ? null : { arm: 'other', target, segment: '' };
  }

  private segmentOf(source: RequestSource, at: number): CompiledSegment | undefined {
    const attributes = new Map<string, AttributeValue>();
    for (const [name, field] of this.attributes) {
      const value = valueOf(field, source);
      if (value !== undefined) attributes.set(name, value);
    }
    return this.segments.find(({ matches }) => matches(attributes, at));
  }

  private weightIn(segment: CompiledSegment | undefined): number {
    const weight = this.weightPercent;
    if (weight === 0) return 0;
    if (segment === undefined) return this.route.traffic?.audience === 'segments' ? 0 : weight;
    return segment.percent ?? weight;
  }
}

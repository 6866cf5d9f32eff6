import { cutText } from '../../domain/cut-text.js';
import type { Finding } from '../../domain/monitor.js';
import { formatNumber, formatShare } from '../../domain/quantity.js';
import type { FeatureMonitor } from '../../domain/spec/monitors/features.js';
import type { Counts } from '../../stats/comparison/proportion.js';
import type { Column } from '../../stats/drift/column.js';
import type { Dependence } from '../../stats/drift/dependence.js';
import { largerShareP } from '../../stats/drift/dependent-tests.js';
import type { Comparison } from '../windows/comparison.js';
import { chanceBeyondAll } from '../windows/extremes.js';
import { dependenceBetween, levelsOf, placesOf } from '../windows/in-time.js';
import { judgedBy, type Shift, shiftOf } from '../windows/shift.js';
import { type FeatureColumn, planOf } from './columns.js';

type Aspect = 'drift' | 'missing' | 'outside' | 'new-categories';

interface FeatureComparison extends Comparison {
  readonly feature: string;
  readonly aspect: Aspect;
}

export interface JudgedFeature {
  readonly column: FeatureColumn;
  /** null: too few values, or the same single one throughout. */
  readonly shift: Shift | null;
  readonly missingShare: number;
  /** Of the values that are there: out of range, or of categories that the reference never had. */
  readonly outsideShare: number | null;
  readonly newCategories: readonly string[];
  readonly comparisons: readonly FeatureComparison[];
}

/** Values on each side that a distribution needs. */
const LEAST_VALUES = 50;

/** @param pace see inTime; the column's reference is in the order of time */
export function judgeFeature(
  spec: FeatureMonitor,
  column: FeatureColumn,
  version: string,
  pace: number | null,
): JudgedFeature {
  const { reference, current, missing } = column;
  const shift = shiftOfFeature(spec, column, pace);
  const outside = column.type === 'numeric' ? outOfRange(spec, column, pace) : unseen(column, pace);
  const rows = current.length + missing.current;
  const about = (
    aspect: Aspect,
    finding: Pick<Finding, 'message' | 'value' | 'limit'>,
    p: number,
    matters: boolean,
  ) => ({
    feature: column.name,
    aspect,
    p,
    matters,
    finding: {
      ...finding,
      key: `features:${aspect}:${column.name}`,
      severity: (aspect === 'drift' ? planOf(spec, column.name)?.severity : undefined) ?? spec.severity,
      // The model is the same: what has changed is what it is asked.
      cause: 'environment' as const,
      version,
      subject: column.name,
    },
  });
  const missingShare = rows === 0 ? 0 : missing.current / rows;
  const missingBefore = missing.reference / (reference.length + missing.reference);
  const comparisons: FeatureComparison[] = [];
  if (missing.current > 0)
    comparisons.push(
      about(
        'missing',
        {
          message: `${column.name} is missing in ${formatShare(missingShare)} of ${rows} requests, in the reference in ${formatShare(missingBefore)}`,
          value: missingShare,
          limit: missingBefore + spec.missing,
        },
        rise(
          { successes: missing.current, trials: rows },
          { successes: missing.reference, trials: column.holes.length },
          dependenceBetween(() => [column.holes], { reference: column.holes.length, current: rows }, pace),
        ),
        missingShare - missingBefore >= spec.missing,
      ),
    );
  if (shift !== null) comparisons.push(about('drift', driftOf(column.name, shift), shift.p, shift.isFar));
  if (outside !== null && outside.count > 0) {
    const least = column.type === 'numeric' ? spec.outside : spec.newCategories;
    comparisons.push(
      about(
        column.type === 'numeric' ? 'outside' : 'new-categories',
        { message: `${column.name}: ${outside.message}`, value: outside.share, limit: outside.before + least },
        outside.p,
        outside.share - outside.before >= least,
      ),
    );
  }
  return {
    column,
    shift,
    missingShare,
    outsideShare: outside?.share ?? null,
    newCategories: outside?.categories ?? [],
    comparisons,
  };
}

function shiftOfFeature(spec: FeatureMonitor, column: FeatureColumn, pace: number | null): Shift | null {
  if (Math.min(column.reference.length, column.current.length) < LEAST_VALUES) return null;
  if (new Set([...column.reference, ...column.current]).size < 2) return null;
  const plan = planOf(spec, column.name);
  const general = spec[column.type];
  const how = { method: plan?.method ?? general.method, threshold: plan?.threshold ?? general.threshold };
  return shiftOf(toColumn(column), how, pace);
}

function toColumn({ type, reference, current }: FeatureColumn): Column {
  return type === 'numeric'
    ? { type, reference: reference as number[], current: current as number[] }
    : { type, reference: reference as string[], current: current as string[] };
}

function driftOf(name: string, shift: Shift) {
  const { words, ...judged } = judgedBy(shift);
  return { ...judged, message: `${name} has another distribution than in the reference (${words})` };
}

interface Outside {
  readonly count: number;
  readonly share: number;
  /** The reference's own share. */
  readonly before: number;
  readonly p: number;
  readonly message: string;
  readonly categories: readonly string[];
}

/** Beyond a range that was given, the reference may have values too; beyond its own it has none, and some further ones always are. */
function outOfRange(spec: FeatureMonitor, column: FeatureColumn, pace: number | null): Outside | null {
  const [reference, current] = [column.reference as number[], column.current as number[]];
  if (reference.length === 0 || current.length === 0) return null;
  const given = planOf(spec, column.name)?.range;
  const [low, high] = given ?? [least(reference), -least(reference.map((value) => -value))];
  const [below, above] = [
    current.filter((value) => value < low).length,
    current.filter((value) => value > high).length,
  ];
  const [n, m] = [reference.length, current.length];
  const isOutside = reference.map((value) => (value < low || value > high ? 1 : 0));
  const before = isOutside.filter((is) => is === 1).length;
  const series = () => (given === undefined ? levelsOf(reference) : [isOutside]);
  const dependence = dependenceBetween(series, { reference: n, current: m }, pace);
  const count = below + above;
  return {
    count,
    share: count / m,
    before: before / n,
    p:
      given === undefined
        ? Math.min(1, 2 * beyond(Math.max(below, above), n, m, dependence))
        : rise({ successes: count, trials: m }, { successes: before, trials: n }, dependence),
    message: `${formatShare(count / m)} of ${m} values are outside ${formatNumber(low)} to ${formatNumber(high)}${given === undefined ? ', all that the reference has' : ''}`,
    categories: [],
  };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

const MOST_NAMED = 5;
const LONGEST_NAME = 60;

/** Each new category by itself: that all its values fall into the later window, out of any that there are. */
function unseen(column: FeatureColumn, pace: number | null): Outside | null {
  const [reference, current] = [column.reference as string[], column.current as string[]];
  if (reference.length === 0 || current.length === 0) return null;
  const known = new Set(reference);
  const counts = new Map<string, number>();
  for (const value of current) if (!known.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  const most = byCount[0]?.[1] ?? 0;
  const [n, m] = [reference.length, current.length];
  const dependence = dependenceBetween(() => placesOf(reference), { reference: n, current: m }, pace);
  const count = byCount.reduce((sum, [, n]) => sum + n, 0);
  const named = byCount.slice(0, MOST_NAMED).map(([name]) => JSON.stringify(cutText(name, LONGEST_NAME)));
  return {
    count,
    share: count / current.length,
    before: 0,
    p: Math.min(1, (known.size + counts.size) * beyond(most, n, m, dependence)),
    message: `${formatShare(count / current.length)} of ${current.length} values are of ${counts.size} categories that the reference never had: ${named.join(', ')}`,
    categories: byCount.slice(0, MOST_NAMED).map(([name]) => cutText(name, LONGEST_NAME)),
  };
}

/** Of so many fewer rows, where they resemble their neighbours: a warm week is beyond all that a cool one had, row by row. */
function beyond(count: number, n: number, m: number, { factor }: Dependence): number {
  return chanceBeyondAll(Math.floor(count / factor), Math.max(1, Math.floor(n / factor)), Math.floor(m / factor));
}

function rise(now: Counts, before: Counts, dependence: Dependence): number {
  return Math.min(now.trials, before.trials) === 0 ? 1 : largerShareP(now, before, dependence);
}

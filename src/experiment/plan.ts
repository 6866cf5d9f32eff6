import { DAY_MS } from '../domain/duration.js';
import type { PlannedExperiment, TrafficForecast } from '../domain/experiment.js';
import { formatCount, formatShare } from '../domain/quantity.js';
import type { AbTest } from '../domain/spec/experiment.js';
import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import { oneArmEstimate } from './arm-estimate.js';
import { designOf, type ExperimentDesign } from './design.js';
import { formatAmount } from './format.js';
import { LEAST_UNITS } from './measure.js';
import { isShareOfUnits } from './metric-kind.js';
import { quantileEstimate } from './quantile-estimate.js';
import {
  type Benchmark,
  detectableEffect,
  powerAt,
  sampleSize,
  smallerShare,
  UNPLANNED_TUNING,
} from './sample-size.js';

/** Days of the history whose newcomers say how many come later. */
const TREND_DAYS = 7;
const MOST_DAYS = 3660;

export interface ExperimentPlan extends PlannedExperiment {
  /** Chance to find the smallest effect that matters, once maxDuration is over. */
  readonly powerAtMax: number | null;
  readonly unitsPerArmAtMax: number | null;
  /** One line with the numbers. */
  readonly reason: string;
  /** Why it must not begin, and what would help; null where it may. */
  readonly refusal: string | null;
  /** The same where the spec does not refuse; null where there is nothing to say. */
  readonly warning: string | null;
}

/**
 * Sample size and duration from measured traffic, before an experiment begins. Units of both arms are those of the history, of which `split` go to the
 * candidate; beyond the history newcomers keep coming as in its last days.
 */
export function planExperiment(plan: AbTest, metric: MetricDefinition, forecast: TrafficForecast): ExperimentPlan {
  const design = designOf(plan);
  const fault = (text: string) =>
    design.refuses ? { refusal: text, warning: null } : { refusal: null, warning: text };
  const unknown = (why: string): ExperimentPlan => {
    const reason = `${metric.name} can't be planned for: ${why}`;
    const nothing = { neededPerArm: null, days: null, powerAtMax: null, unitsPerArmAtMax: null };
    return { ...nothing, tuning: design.tuning ?? UNPLANNED_TUNING, reason, ...fault(reason) };
  };
  const benchmark = benchmarkOf(metric, forecast);
  if (typeof benchmark === 'string') return unknown(benchmark);
  const size = sampleSize(metric, design, benchmark);
  if (size === null)
    return unknown(
      `an effect of ${design.minDetectableEffect} does not fit a value of ${formatAmount(benchmark.value)}`,
    );
  const perArm = (day: number) => unitsBy(day, forecast.unitsByDay) * smallerShare(design);
  const maxDays = design.maxDurationMs / DAY_MS;
  const powerAtMax = powerAt(perArm(maxDays), size.tuning, metric, design, benchmark);
  const days = daysUntil((day) => perArm(day) >= size.perArm, design);
  const unitsPerArmAtMax = Math.floor(perArm(maxDays));
  const facts = { metric, design, benchmark, need: size.perArm, unitsPerArmAtMax, days, powerAtMax };
  return {
    neededPerArm: size.perArm,
    days,
    powerAtMax,
    unitsPerArmAtMax,
    tuning: size.tuning,
    reason: reasonOf(facts),
    ...(unitsPerArmAtMax < size.perArm
      ? fault(`${reasonOf(facts)}. ${helpFor(facts)}`)
      : { refusal: null, warning: null }),
  };
}

function benchmarkOf(metric: MetricDefinition, { days, primary, unitsByDay }: TrafficForecast): Benchmark | string {
  if (days < 1 || unitsByDay.length === 0)
    return days < 0.05
      ? 'there is no history yet; a day of it is needed'
      : `the history is ${Math.round(days * 24)} h long; a day is needed`;
  if (primary.kind === 'unreadable') return primary.reason;
  const { units } = primary.arms.baseline;
  if (units < LEAST_UNITS) return `the history has ${units} units; ${LEAST_UNITS} are needed`;
  const estimate =
    primary.kind === 'quantile'
      ? quantileEstimate(primary.arms.baseline, primary.quantile)
      : oneArmEstimate(primary, primary.arms.baseline, isShareOfUnits(metric) ? 'share' : 'any');
  if (estimate === null) return 'its value is not defined in the history';
  return estimate.variance > 0 ? estimate : `all ${units} units of the history have ${formatAmount(estimate.value)}`;
}

/** Distinct units after so many days, by straight lines between the history's days and on from its last ones. */
function unitsBy(day: number, unitsByDay: readonly number[]): number {
  const at = (index: number) => (index <= 0 ? 0 : (unitsByDay[Math.min(index, unitsByDay.length) - 1] as number));
  const known = unitsByDay.length;
  if (day <= known) {
    const whole = Math.floor(day);
    return at(whole) + (day - whole) * (at(whole + 1) - at(whole));
  }
  const trend = Math.min(TREND_DAYS, known);
  return at(known) + ((day - known) * (at(known) - at(known - trend))) / trend;
}

function daysUntil(isEnough: (day: number) => boolean, { minDurationMs, wholeWeeks }: ExperimentDesign): number | null {
  const step = wholeWeeks ? 7 : 1;
  const first = Math.max(step, Math.ceil(minDurationMs / DAY_MS / step) * step);
  for (let day = first; day <= MOST_DAYS; day += step) if (isEnough(day)) return day;
  return null;
}

interface Facts {
  readonly metric: MetricDefinition;
  readonly design: ExperimentDesign;
  readonly benchmark: Benchmark;
  readonly need: number;
  readonly unitsPerArmAtMax: number;
  readonly days: number | null;
  readonly powerAtMax: number | null;
}

function reasonOf({ metric, design, need, unitsPerArmAtMax, days, powerAtMax }: Facts): string {
  const power = powerAtMax === null ? 'unknown' : formatShare(powerAtMax);
  const time = days === null ? 'never at this rate' : `after ${formatCount(days)} days`;
  return (
    `${metric.name} needs ${formatCount(need)} units an arm, there ${time}, to find ${wordOf(design)}difference of ${design.minDetectableEffect}; ` +
    `in ${formatAmount(design.maxDurationMs / DAY_MS)} days there are ${formatCount(unitsPerArmAtMax)}: ` +
    `the power is ${power}, and ${formatShare(design.power)} is asked for`
  );
}

function helpFor({ metric, design, benchmark, unitsPerArmAtMax, days }: Facts): string {
  const effect = detectableEffect(unitsPerArmAtMax, metric, design, benchmark);
  const would = [
    days === null ? null : `maxDuration ${days}d`,
    effect === null ? null : `a minDetectableEffect of ${formatAmount(roundedUp(effect))}`,
    smallerShare(design) < 0.5 ? 'a split nearer to 50' : null,
  ].filter((way) => way !== null);
  return would.length === 0 ? 'Nothing within ten years would do.' : `What would do: ${would.join(', or ')}.`;
}

function wordOf({ scale }: ExperimentDesign): string {
  return scale === 'relative' ? 'a relative ' : 'a ';
}

/** To three digits, upwards: what is offered must do. */
function roundedUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.ceil(value / unit) * unit;
}

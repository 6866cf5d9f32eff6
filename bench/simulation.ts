import { judgeGuardrail } from '../src/analysis/guardrail.js';
import type { MetricGuardrail } from '../src/domain/spec/guardrail.js';
import { seededRandom } from '../src/stats/index.js';

export interface Simulation {
  /** Replications in which the bound was crossed at some look. */
  readonly crossed: number;
  /** Requests an arm until then; all of them where it never was. */
  readonly meanRequests: number;
  /** Of the replications that crossed; null without any. */
  readonly medianLook: number | null;
}

/** Two arms of `looks` times `perLook` requests each, with these shares of errors. */
export interface Course {
  readonly seed: number;
  readonly replications: number;
  readonly looks: number;
  readonly perLook: number;
  readonly baseline: number;
  readonly candidate: number;
}

export interface SimulationPlan extends Course {
  readonly sides: 1 | 2;
  /** For each rule the bound on the pooled z of each look. */
  readonly bounds: readonly (readonly number[])[];
  readonly onCross?: (replication: number) => void;
}

/** Counts of two arms, look by look, against the bounds of several rules at once. @returns one result a rule */
export function simulate(plan: SimulationPlan): Simulation[] {
  const { looks, perLook, sides, bounds } = plan;
  const random = seededRandom(plan.seed);
  const baseline = binomialSampler(perLook, plan.baseline, random);
  const candidate = binomialSampler(perLook, plan.candidate, random);
  const limits = bounds.map((bound) => Float64Array.from(bound));
  const crossings = bounds.map(() => new Uint32Array(looks + 1));
  const stopped = new Uint8Array(bounds.length);
  for (let replication = 0; replication < plan.replications; replication += 1) {
    let [a, b, open] = [0, 0, bounds.length];
    stopped.fill(0);
    for (let look = 0; look < looks && open > 0; look += 1) {
      a += baseline();
      b += candidate();
      const n = (look + 1) * perLook;
      const pooled = (a + b) / (2 * n);
      const z = (b - a) / n / Math.sqrt((2 * pooled * (1 - pooled)) / n || Number.POSITIVE_INFINITY);
      const distance = sides === 2 ? Math.abs(z) : z;
      for (let rule = 0; rule < limits.length; rule += 1) {
        if (stopped[rule] || distance <= ((limits[rule] as Float64Array)[look] as number)) continue;
        stopped[rule] = 1;
        open -= 1;
        const counts = crossings[rule] as Uint32Array;
        counts[look + 1] = (counts[look + 1] as number) + 1;
        plan.onCross?.(replication);
      }
    }
  }
  return crossings.map((counts) => summarise(counts, plan));
}

/** The same courses before a guardrail, look by look, each with what the one before said to remember. */
export function simulateGuardrail(guardrail: MetricGuardrail, course: Course, alpha: number): Simulation {
  const { looks: total, perLook } = course;
  const random = seededRandom(course.seed);
  const baseline = binomialSampler(perLook, course.baseline, random);
  const candidate = binomialSampler(perLook, course.candidate, random);
  const crossings = new Uint32Array(total + 1);
  for (let replication = 0; replication < course.replications; replication += 1) {
    let [a, b] = [0, 0];
    let looks: readonly number[] = [];
    for (let look = 1; look <= total; look += 1) {
      a += baseline();
      b += candidate();
      const trials = look * perLook;
      const pair = {
        baseline: { kind: 'proportion', value: { successes: a, trials } },
        candidate: { kind: 'proportion', value: { successes: b, trials } },
      } as const;
      const reading = judgeGuardrail(guardrail, pair, { alpha, looks });
      looks = reading.looks;
      if (reading.evidence.verdict !== 'fail') continue;
      crossings[look] = (crossings[look] as number) + 1;
      break;
    }
  }
  return summarise(crossings, course);
}

function summarise(counts: Uint32Array, { replications, looks, perLook }: Course): Simulation {
  const crossed = counts.reduce((sum, count) => sum + count, 0);
  let requests = (replications - crossed) * looks * perLook;
  let [seen, medianLook]: [number, number | null] = [0, null];
  for (const [look, count] of counts.entries()) {
    requests += count * look * perLook;
    seen += count;
    if (medianLook === null && crossed > 0 && seen >= crossed / 2) medianLook = look;
  }
  return { crossed, meanRequests: requests / replications, medianLook };
}

/** Draws of a binomial law, by inversion with a guide table: exact, and as fast as a look-up. */
function binomialSampler(n: number, p: number, random: () => number): () => number {
  const cdf = new Float64Array(n + 1);
  let [mass, sum] = [(1 - p) ** n, 0];
  for (let k = 0; k <= n; k += 1) {
    sum += mass;
    cdf[k] = sum;
    mass *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  const size = 4096;
  const guide = new Uint32Array(size);
  let k = 0;
  for (let cell = 0; cell < size; cell += 1) {
    while (k < n && (cdf[k] as number) <= cell / size) k += 1;
    guide[cell] = k;
  }
  return () => {
    const u = random();
    let drawn = guide[Math.floor(u * size)] as number;
    while (drawn < n && (cdf[drawn] as number) <= u) drawn += 1;
    return drawn;
  };
}

import type { MetricGuardrail } from '../src/domain/spec/guardrail.js';
import {
  alwaysValidP,
  groupSequentialDesign,
  isLookDue,
  type LookPlan,
  look,
  mixtureHalfwidth,
  NO_LOOKS,
  normalQuantile,
  oneSidedHalfwidth,
  type Spending,
  twoSidedHalfwidth,
} from '../src/stats/index.js';
import { type Simulation, simulate, simulateGuardrail } from './simulation.js';
import { printTable } from './table.js';

/**
 * How often does each rule roll back a harmless candidate, and how soon does it find a harmful one? Baseline errors 2 %, one
 * draw of counts an arm and look, the same for all rules. Everything follows from the seed.
 */
const SEED = 20261121;
const REPLICATIONS = Number(process.env.REPLICATIONS ?? 40_000);
const ALPHA = 0.05;
const BASELINE = 0.02;

/** A rule is the bound on the standardised difference at each look. */
type Rule = (looks: number, perLook: number, alpha: number) => readonly number[];
const atEach = (looks: number, bound: (look: number) => number) =>
  Array.from({ length: looks }, (_, i) => bound(i + 1));
const tail = (alpha: number) => -normalQuantile(alpha);

const groupSequential =
  (spending: Spending, sides: 1 | 2): Rule =>
  (looks, _, alpha) =>
    groupSequentialDesign(
      atEach(looks, (k) => k / looks),
      { spending, alpha, sides },
    ).bounds;
/** The path that a guardrail takes: look by look, with the state carried as JSON. */
const plannedLooks: Rule = (looks, _, alpha) => {
  const plan: LookPlan = { spending: 'pocock', alpha, sides: 1, maxLooks: looks };
  let state = NO_LOOKS;
  return atEach(looks, (k) => {
    if (!isLookDue(state, k / looks, plan)) throw new Error(`look ${k} of ${looks} is not due`);
    const next = look(state, k / looks, plan);
    state = JSON.parse(JSON.stringify(next.state));
    return next.bound;
  });
};
const sequence =
  (tuning: number, sides: 1 | 2): Rule =>
  (looks, perLook, alpha) =>
    atEach(looks, (k) => (sides === 1 ? oneSidedHalfwidth : twoSidedHalfwidth)(1, k * perLook, alpha, tuning));
/** mSPRT: its bound on z depends on the variance; that under no effect is near enough. One-sided spends twice alpha on both sides. */
const mixture =
  (tau: number, sides: 1 | 2): Rule =>
  (looks, perLook, alpha) =>
    atEach(looks, (k) => {
      const variance = (2 * BASELINE * (1 - BASELINE)) / (k * perLook);
      return mixtureHalfwidth(variance, tau ** 2, sides === 1 ? 2 * alpha : alpha) / Math.sqrt(variance);
    });

const ONE_SIDED: Record<string, Rule> = {
  'naive, p < 0.05 at each look': (looks, _, alpha) => atEach(looks, () => tail(alpha)),
  'Bonferroni over looks': (looks, _, alpha) => atEach(looks, () => tail(alpha / looks)),
  "group sequential, O'Brien-Fleming": groupSequential('obrien-fleming', 1),
  'group sequential, Pocock (default where samples are planned)': plannedLooks,
  'mSPRT, tau 0.004': mixture(0.004, 1),
  'mSPRT, tau 0.01': mixture(0.01, 1),
  'confidence sequence, sharpest at 500': sequence(500, 1),
  'confidence sequence, sharpest at 2,500 (default)': sequence(2500, 1),
  'confidence sequence, sharpest at 10,000': sequence(10_000, 1),
  'fixed horizon, one test at the end': (looks, _, alpha) =>
    atEach(looks, (k) => (k === looks ? tail(alpha) : Number.POSITIVE_INFINITY)),
};
const TWO_SIDED: Record<string, Rule> = {
  'naive, p < 0.05 at each look': (looks, _, alpha) => atEach(looks, () => tail(alpha / 2)),
  "group sequential, O'Brien-Fleming": groupSequential('obrien-fleming', 2),
  'group sequential, Pocock': groupSequential('pocock', 2),
  'mSPRT, tau 0.004': mixture(0.004, 2),
  'confidence sequence, sharpest at 2,500': sequence(2500, 2),
  'confidence sequence, sharpest at 10,000': sequence(10_000, 2),
};

const failures: string[] = [];
const check = (what: string, holds: boolean) => {
  if (!holds) failures.push(what);
};

console.log(
  `seed ${SEED}, ${REPLICATIONS} replications, alpha ${ALPHA}; an undetected run counts with all its requests\n`,
);
assertMixtureBound();
const planned = study('One-sided, 20 planned looks of 2,000 requests an arm', ONE_SIDED, 20, 2000, 1);
study('Two-sided, the same looks', TWO_SIDED, 20, 2000, 2);
const unplanned = study(
  'One-sided, 400 looks of 100 requests an arm, as a watch makes them',
  alwaysValid(ONE_SIDED),
  400,
  100,
  1,
);
study('Two-sided, 400 looks', alwaysValid(TWO_SIDED), 400, 100, 2);
const ten = tenMetrics();

const own = guardrailItself();

const targets = (name: string, study: Study | undefined, most: number, least: number) => {
  check(`${name}: false rollbacks at most ${percent(most)}`, rate(study?.harmless) <= most);
  check(`${name}: 2.0 -> 2.4 % found at least ${percent(least)}`, rate(study?.worse) >= least);
};
for (const [name, study] of [
  ['Pocock', planned['group sequential, Pocock (default where samples are planned)']],
  ['the guardrail with planned looks', own['planned: 20 looks of 2,000']],
] as const) {
  targets(name, study, 0.055, 0.96);
  check(`${name}: median look 7 or earlier`, (study?.worse.medianLook ?? 99) <= 7);
  check(`${name}: 16,500 requests an arm or fewer`, (study?.worse.meanRequests ?? 1e9) <= 16_500);
  check(`${name}: a doubled rate by look 2`, (study?.doubled.medianLook ?? 99) <= 2);
}
check('ten metrics: false rollbacks at most 5.5 %', (ten.pocock ?? 1) <= 0.055 && (ten.sequence ?? 1) <= 0.055);
targets('always valid', unplanned['confidence sequence, sharpest at 2,500 (default)'], 0.05, 0.85);
targets('the guardrail without a plan', own['not planned: 400 looks of 100'], 0.05, 0.85);
console.log(failures.length === 0 ? '\nall targets met' : `\nMISSED: ${failures.join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;

interface Study {
  readonly harmless: Simulation;
  readonly worse: Simulation;
  readonly doubled: Simulation;
}

function study(
  title: string,
  rules: Record<string, Rule>,
  looks: number,
  perLook: number,
  sides: 1 | 2,
): Record<string, Study> {
  const names = Object.keys(rules);
  const bounds = names.map((name) => (rules[name] as Rule)(looks, perLook, ALPHA));
  const run = (candidate: number) =>
    simulate({ seed: SEED, replications: REPLICATIONS, looks, perLook, baseline: BASELINE, candidate, sides, bounds });
  const [harmless, worse, doubled] = [run(BASELINE), run(0.024), run(0.04)];
  printTable(
    [title, 'false rollback', 'finds 2.0 -> 2.4 %', 'requests an arm', 'median look', 'median look at 4 %'],
    names.map((name, k) =>
      row(name, {
        harmless: harmless[k] as Simulation,
        worse: worse[k] as Simulation,
        doubled: doubled[k] as Simulation,
      }),
    ),
  );
  console.log('');
  return Object.fromEntries(
    names.map((name, k) => [
      name,
      { harmless: harmless[k] as Simulation, worse: worse[k] as Simulation, doubled: doubled[k] as Simulation },
    ]),
  );
}

/** The code that rolls back: judgeGuardrail, asked at every look with what it said to remember. */
function guardrailItself(): Record<string, Study> {
  const base = { metric: 'error_rate', margin: 0, minSamples: 50, dryRun: false } as const;
  const runs: [string, MetricGuardrail, number, number][] = [
    [
      'planned: 20 looks of 2,000',
      { ...base, sequential: { samples: 40_000, looks: 20, spending: 'pocock' } },
      20,
      2000,
    ],
    ['not planned: 400 looks of 100', base, 400, 100],
  ];
  const studies = runs.map(([name, guardrail, looks, perLook]): [string, Study] => {
    const run = (candidate: number) =>
      simulateGuardrail(
        guardrail,
        { seed: SEED, replications: REPLICATIONS, looks, perLook, baseline: BASELINE, candidate },
        ALPHA,
      );
    return [name, { harmless: run(BASELINE), worse: run(0.024), doubled: run(0.04) }];
  });
  printTable(
    [
      'A guardrail as it runs',
      'false rollback',
      'finds 2.0 -> 2.4 %',
      'requests an arm',
      'median look',
      'median look at 4 %',
    ],
    studies.map(([name, study]) => row(name, study)),
  );
  return Object.fromEntries(studies);
}

/** Any of ten independent harmless metrics crosses its bound, with the budget shared out among them. */
function tenMetrics(): Record<string, number> {
  const rules: Record<string, { rule: Rule; alpha: number; sides: 1 | 2 }> = {
    'naive, two-sided': { rule: TWO_SIDED['naive, p < 0.05 at each look'] as Rule, alpha: ALPHA, sides: 2 },
    pocock: { rule: plannedLooks, alpha: ALPHA / 10, sides: 1 },
    sequence: { rule: sequence(2500, 1), alpha: ALPHA / 10, sides: 1 },
  };
  const rates = Object.fromEntries(
    Object.entries(rules).map(([name, { rule, alpha, sides }]) => {
      const bounds = [rule(20, 2000, alpha)];
      const crossed = new Uint8Array(REPLICATIONS);
      for (let metric = 0; metric < 10; metric += 1)
        simulate({
          seed: SEED + 7919 * (metric + 1),
          replications: REPLICATIONS,
          looks: 20,
          perLook: 2000,
          baseline: BASELINE,
          candidate: BASELINE,
          sides,
          bounds,
          onCross: (replication) => {
            crossed[replication] = 1;
          },
        });
      return [name, crossed.reduce((sum, one) => sum + one, 0) / REPLICATIONS];
    }),
  );
  printTable(
    ['Ten independent harmless metrics, 20 looks', 'false rollback'],
    [
      ['naive at each look, two-sided', percent(rates['naive, two-sided'] ?? 0)],
      ['group sequential, Pocock, a tenth of the budget each', percent(rates.pocock ?? 0)],
      ['confidence sequence, a tenth of the budget each', percent(rates.sequence ?? 0)],
    ],
  );
  return rates;
}

function alwaysValid(rules: Record<string, Rule>): Record<string, Rule> {
  return Object.fromEntries(Object.entries(rules).filter(([name]) => /naive|Bonferroni|mSPRT|sequence,/.test(name)));
}

/** The bound that the mSPRT rows use is where its p-value falls to alpha. */
function assertMixtureBound(): void {
  const variance = 1e-6;
  const half = mixtureHalfwidth(variance, 1.6e-5, ALPHA);
  const p = alwaysValidP({ difference: half, variance }, 1.6e-5);
  if (Math.abs(p - ALPHA) > 1e-9) throw new Error(`p at the bound is ${p}, not ${ALPHA}`);
}

function row(name: string, { harmless, worse, doubled }: Study): string[] {
  return [
    name,
    percent(rate(harmless)),
    percent(rate(worse)),
    String(Math.round(worse.meanRequests)),
    String(worse.medianLook ?? '-'),
    String(doubled.medianLook ?? '-'),
  ];
}

function rate(simulation: Simulation | undefined): number {
  return simulation ? simulation.crossed / REPLICATIONS : Number.NaN;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

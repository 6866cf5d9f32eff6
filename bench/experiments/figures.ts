import type { ExperimentReport, IntegrityFinding } from '../../src/domain/experiment.js';
import { median, printTable } from '../table.js';
import { ALPHA, POWER } from './specs.js';
import type { TrialEnd } from './trial.js';

/** Standard errors that a measured share may be off by, before it counts as another share. */
const TOLERANCE = 2;

const MOST_REASONS = 10;

const isDifference = ({ verdict }: ExperimentReport) => verdict === 'superior' || verdict === 'inferior';

/** A difference was called at any look. */
function calledDifference({ looks }: TrialEnd): boolean {
  return looks.some(isDifference);
}

/** Ended superior, with no more users in its smaller arm than were planned. */
function foundInTime({ state, looks, met }: TrialEnd): boolean {
  const planned = state.experiment?.neededPerArm ?? 0;
  return (
    state.status === 'promoted' &&
    looks.at(-1)?.verdict === 'superior' &&
    Math.min(met.baseline, met.candidate) <= planned
  );
}

export function showTrials(name: string, ends: readonly TrialEnd[]): void {
  const last = (verdict: ExperimentReport['verdict']) => ends.filter(({ looks }) => looks.at(-1)?.verdict === verdict);
  const units = ends.map(unitsOf);
  const seconds = ends.map((end) => end.seconds);
  const rows: [string, string][] = [
    ['rollouts', String(ends.length)],
    ['ended superior, inferior', `${last('superior').length}, ${last('inferior').length}`],
    ['ended non-inferior, inconclusive', `${last('non-inferior').length}, ${last('inconclusive').length}`],
    ['a difference called at any look', withShare(ends.filter(calledDifference).length, ends.length)],
    ['superior within the planned sample', withShare(ends.filter(foundInTime).length, ends.length)],
    ['promoted, rolled back, held', endings(ends)],
    ['planned units an arm: median, least, most', spread(ends.map(({ state }) => state.experiment?.neededPerArm ?? 0))],
    ['units used, both arms: mean, median', `${mean(units).toFixed(0)}, ${median(units).toFixed(0)}`],
    ['looks kept a rollout: mean', mean(ends.map(({ looks }) => looks.length)).toFixed(1)],
    ['seconds from start to end: mean, median', `${mean(seconds).toFixed(1)}, ${median(seconds).toFixed(1)}`],
    [
      'false findings that void, at any look',
      findings(
        ends.map(({ looks }) => looks),
        'void',
      ),
    ],
    [
      'findings that warn, at the last look',
      findings(
        ends.map(({ looks }) => looks.slice(-1)),
        'warning',
      ),
    ],
  ];
  printTable([name, ''], rows);
}

/** But for what is only waited for. */
const isVoid = ({ severity, code }: IntegrityFinding) => severity === 'void' && code !== 'not-noted';

/** Why verdicts were void, some of them: in these experiments nothing is wrong. */
export function showVoids(ends: readonly TrialEnd[]): void {
  const reasons = ends.flatMap(({ state, looks }) => {
    const found = looks.flatMap((look) => look.findings).find(isVoid);
    return found === undefined ? [] : [`${state.service}: ${found.reason}`];
  });
  for (const reason of reasons.slice(0, MOST_REASONS)) console.log(`  ${reason}`);
}

/** @returns what missed its limit; empty where nothing did */
export function judgeTrials(same: readonly TrialEnd[], better: readonly TrialEnd[]): string[] {
  const faults: string[] = [];
  const called = same.filter(calledDifference).length / same.length;
  const most = ALPHA + TOLERANCE * Math.sqrt((ALPHA * (1 - ALPHA)) / same.length);
  console.log(
    `\nA/A: ${percent(called)} called a difference; alpha is ${percent(ALPHA)}, the limit here ${percent(most)}`,
  );
  if (!(called <= most)) faults.push('too many A/A rollouts called a difference');
  const found = better.filter(foundInTime).length / better.length;
  const least = POWER - TOLERANCE * Math.sqrt((POWER * (1 - POWER)) / better.length);
  console.log(
    `effect: ${percent(found)} found it; the power promised is ${percent(POWER)}, the limit here ${percent(least)}`,
  );
  if (!(found >= least)) faults.push('the effect was found more rarely than promised');
  if ([...same, ...better].some(({ looks }) => looks.length === 0)) faults.push('a rollout ended without a look');
  return faults;
}

function unitsOf({ looks }: TrialEnd): number {
  const primary = looks.at(-1)?.estimates.find(({ role, segment }) => role === 'primary' && segment === null);
  return primary === undefined ? 0 : primary.baseline.units + primary.candidate.units;
}

function endings(ends: readonly TrialEnd[]): string {
  const count = (is: (end: TrialEnd) => boolean) => ends.filter(is).length;
  const held = count(({ isHeld }) => isHeld);
  return `${count(({ state }) => state.status === 'promoted')}, ${count(({ state }) => state.status === 'rolled-back')}, ${held}`;
}

/** How many rollouts had which. */
function findings(rollouts: readonly (readonly ExperimentReport[])[], severity: IntegrityFinding['severity']): string {
  // The one that assignment itself could raise is named in any case.
  const counts = new Map<string, number>(severity === 'void' ? [['sample-ratio', 0]] : []);
  for (const looks of rollouts) {
    const found = looks.flatMap((look) => look.findings).filter((finding) => finding.severity === severity);
    for (const code of new Set(found.map((finding) => finding.code))) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const parts = [...counts].map(([code, count]) => `${code} ${count}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function withShare(count: number, of: number): string {
  return `${count} (${percent(count / of)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function spread(values: readonly number[]): string {
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0)).join(', ');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

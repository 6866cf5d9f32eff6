import { assertDigest } from '../datasets/digest.js';
import { SluiceError } from '../domain/errors.js';
import { type DatasetSpec, datasetOptions } from '../domain/spec/dataset.js';
import type { CheckResult, ValidationReport } from '../domain/validation.js';
import { checkName, suiteVerdict } from '../domain/validation.js';
import type { Dataset } from '../ports/dataset.js';
import type { AnsweredRow } from './answered-row.js';
import { type Asking, rowForm } from './ask-batch.js';
import { assertColumns } from './assert-columns.js';
import { completeSample } from './complete-sample.js';
import { ANSWERS, answersFault, judgePass } from './judge-pass.js';
import { result } from './judge-value.js';
import { runLaterChecks } from './later-checks.js';
import { PassState } from './pass-state.js';
import { needsSampleAnswers } from './plan-needs.js';
import type { ProbeStage } from './probe-stage.js';
import { needsPass, readSample, runPass } from './run-pass.js';
import type { RunSuite, SuiteDeps, SuiteInput, SuiteWatch } from './suite.js';
import { identityOf, loadState, newState, planDigestOf, type SuiteState } from './suite-progress.js';

const PATIENCE_MS = 60_000;
const BEAT_EVERY_MS = 2000;
const BEAT_AT_MOST_MS = 200;

/**
 * Runs all checks of a plan. A run that was cut goes on under the same id: no row that was answered and kept is asked again. Its progress
 * stays: whoever has kept the report clears it.
 * @throws {SluiceError} DATASET_INVALID; MODEL_UNREACHABLE where a server stays away, after which the same call goes on
 */
export const runSuite: RunSuite = async (input, deps, watch) => {
  const dataset = await deps.openDataset(datasetSpecOf(input), watch.signal);
  const run = new SuiteRun(input, deps, watch, dataset);
  const beating = setInterval(() => run.beat(), BEAT_EVERY_MS);
  try {
    run.beat();
    return await run.toEnd();
  } finally {
    clearInterval(beating);
  }
};

/** One call of it. */
class SuiteRun {
  private readonly input: SuiteInput;
  private readonly deps: SuiteDeps;
  private readonly watch: SuiteWatch;
  private readonly dataset: Dataset;
  private readonly asking: Asking;
  private readonly pass: PassState;
  private state: SuiteState = newState('');
  private stage = 'reading the data set';
  private beatenAt = 0;

  constructor(input: SuiteInput, deps: SuiteDeps, watch: SuiteWatch, dataset: Dataset) {
    assertColumns(input.plan, dataset);
    this.input = input;
    this.deps = deps;
    this.watch = watch;
    this.dataset = dataset;
    this.asking = {
      form: rowForm(input.plan, dataset),
      candidate: deps.modelServer(input.candidate, input.protocol),
      baseline: deps.modelServer(input.baseline, input.protocol),
      patienceMs: deps.patienceMs ?? PATIENCE_MS,
      signal: watch.signal,
    };
    this.pass = new PassState(input.plan, dataset.columns);
  }

  beat(stage = this.stage): void {
    this.stage = stage;
    this.beatenAt = performance.now();
    this.watch.beat({ stage, rows: this.pass.rows, of: this.dataset.rows });
  }

  /** Of every batch: more often than anybody wants to hear. */
  private beatSometimes(): void {
    if (performance.now() - this.beatenAt >= BEAT_AT_MOST_MS) this.beat();
  }

  async toEnd(): Promise<ValidationReport> {
    const { input, dataset, watch } = this;
    const digest = await dataset.digest(watch.signal);
    assertDigest(dataset.name, datasetOptions(input.plan.dataset).expectDigest, digest);
    const planDigest = planDigestOf(input);
    await this.resume(identityOf(input, planDigest, digest));
    if (!this.state.isPassed) await this.passRows(digest);
    await this.runLater();
    return this.report(digest, planDigest);
  }

  private async resume(identity: string): Promise<void> {
    this.state = (await loadState(this.input, this.deps, identity)) ?? newState(identity);
    if (this.state.pass !== null) this.pass.restore(this.state.pass);
  }

  private async passRows(digest: string): Promise<void> {
    const { input, dataset, asking, pass } = this;
    this.beat('asking all rows');
    const keep = () => this.keep({ pass: pass.save() });
    const run = { plan: input.plan, dataset, asking, state: pass, keep, beat: () => this.beatSometimes() };
    if (needsPass(input.plan)) await runPass(run);
    else await readSample(run);
    // Its bytes were read once for the digest, and once for the rows.
    if (pass.garbage?.arm !== 'candidate' && (await dataset.digest(asking.signal)) !== digest)
      throw new SluiceError('DATASET_UNREACHABLE', `${dataset.name}: it was changed while it was read`);
    await this.keep({ isPassed: true, results: judgePass(input.plan, pass), pass: pass.saveWithoutTally() });
  }

  private async runLater(): Promise<void> {
    const { input, deps, asking, dataset, watch, pass } = this;
    const stage: ProbeStage = {
      candidate: asking.candidate,
      baseline: asking.baseline,
      columns: dataset.columns,
      sample: await this.sample(),
      batchSize: input.plan.batchSize,
      patienceMs: asking.patienceMs,
      signal: watch.signal,
      beat: (what) => this.beat(what),
    };
    await runLaterChecks({
      input,
      custom: deps.custom,
      stage,
      garbage: pass.garbage,
      done: () => this.state.results,
      add: (results) => this.keep({ results: [...this.state.results, ...results] }),
    });
  }

  /** With the answers that the checks to come want of it. */
  private async sample(): Promise<AnsweredRow[]> {
    const { input, asking, pass, state } = this;
    const done = new Set(state.results.map(({ name }) => name));
    const left = input.plan.checks.filter((check) => !done.has(checkName(check)));
    for (const arm of ['candidate', 'baseline'] as const) {
      if (pass[arm].requests > 0 || pass.garbage !== null) continue;
      if (!left.some((check) => needsSampleAnswers(check, arm))) continue;
      const { rows, noAnswer } = await completeSample(pass.sample.rows(), arm, asking, input.plan.batchSize);
      pass.sample.replace(rows);
      if (noAnswer !== null) pass.garbage = { arm, reason: noAnswer.reason };
      if (noAnswer !== null && arm === 'candidate')
        await this.keep({ results: [answersFault(noAnswer.reason, 0), ...state.results] });
    }
    // Half of the baseline's answers would be compared with all of the candidate's.
    if (pass.garbage?.arm === 'baseline') return pass.sample.rows().map((row) => ({ ...row, baseline: null }));
    return pass.sample.rows();
  }

  /** A store that is away costs the way back to here, and not the run. */
  private async keep(change: Partial<SuiteState>): Promise<void> {
    this.state = { ...this.state, ...change };
    try {
      await this.deps.progress.saveProgress(this.input.id, this.state);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'STORE_UNAVAILABLE') throw error;
    }
  }

  private report(digest: string, planDigest: string): ValidationReport {
    const { input, state, pass } = this;
    const { plan, candidate, baseline } = input;
    const byName = new Map(state.results.map((found) => [found.name, found]));
    const inOrder = plan.checks.map(
      (check) =>
        byName.get(checkName(check)) ?? result(check, { verdict: 'inconclusive', reason: 'it gave no result' }),
    );
    const answers = byName.get(ANSWERS);
    const checks: CheckResult[] = answers === undefined ? inOrder : [answers, ...inOrder];
    const requests = pass.candidate.requests + pass.baseline.requests;
    return {
      id: input.id,
      service: input.service,
      rolloutId: input.rolloutId,
      candidate: { version: candidate.version, url: candidate.url, digest: input.digests?.candidate ?? null },
      baseline: { version: baseline.version, url: baseline.url, digest: input.digests?.baseline ?? null },
      dataset: { source: datasetOptions(plan.dataset).source, digest, rows: pass.rows },
      planDigest,
      startedAt: state.startedAt,
      endedAt: new Date().toISOString(),
      verdict: suiteVerdict(checks),
      checks,
      pass: {
        requests,
        rowsPerSecond: pass.elapsedMs === 0 ? 0 : (1000 * pass.rows) / pass.elapsedMs,
        resumed: state.resumed,
      },
    };
  }
}

/** Of language models the columns are texts: without a schema all of them are fields, of which one is the prompt. */
function datasetSpecOf({ plan }: SuiteInput): DatasetSpec {
  if (plan.prompt === undefined) return plan.dataset;
  const options = datasetOptions(plan.dataset);
  return options.schema?.features === undefined ? { ...options, schema: { ...options.schema, features: [] } } : options;
}

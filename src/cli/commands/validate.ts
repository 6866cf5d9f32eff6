import { loadSpec } from '../../client/load-spec.js';
import { type Config, readConfig } from '../../config.js';
import { datasetDeps, openDataset } from '../../datasets/open-dataset.js';
import { SluiceError } from '../../domain/errors.js';
import type { ValidationReport } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';
import { createModelServer } from '../../inference/model-server.js';
import { createAddressPolicy } from '../../net/address-policy.js';
import { parseAllowedPrivate } from '../../net/allowed-private.js';
import { environmentSecrets } from '../../secrets/secrets.js';
import { createCustomChecks } from '../../validation/custom/index.js';
import { runSuite } from '../../validation/run-suite.js';
import type { SuiteDeps, SuiteInput } from '../../validation/suite.js';
import { say } from '../output/say.js';
import { renderValidation } from '../render-validation.js';
import { progressLine } from './validate-line.js';
import { type FileProgress, openFileProgress } from './validate-progress.js';
import { wantedReports, writeReports } from './validate-reports.js';

export interface ValidateOptions {
  readonly file: string;
  /** Such as `junit=report.xml`. */
  readonly report: readonly string[];
  readonly fresh?: boolean;
  /** Absent: where there is a database. */
  readonly keep?: boolean;
  readonly output: string;
}

/** Runs a suite in this process, as a worker with the same environment would. */
export async function validate({ file, report: reports, fresh = false, keep, output }: ValidateOptions): Promise<void> {
  const config = readConfig();
  const suite = await suiteOf(file);
  const wanted = wantedReports(reports);
  // First, as it may refuse: nobody wants to hear of it after the last row.
  const store = await historyOf(config, keep);
  try {
    const progress = await openFileProgress(config.stateDir, suite, fresh);
    const report = await run(suite, config, progress);
    await store?.saveReport(report);
    writeReports(report, wanted);
    progress.forget();
    process.stdout.write(`${output === 'json' ? JSON.stringify(report) : renderValidation(report)}\n`);
    say(store === null ? `not kept: ${whyNot(keep)}` : `kept: sluice validations show ${report.id}`);
    process.exitCode = EXIT_CODES[report.verdict];
  } finally {
    await store?.close();
  }
}

const EXIT_CODES = { pass: 0, fail: 3, inconclusive: 5 } as const satisfies Record<Verdict, number>;

/** @throws {SluiceError} SPEC_INVALID, also for a spec without a suite */
async function suiteOf(file: string): Promise<Omit<SuiteInput, 'id'>> {
  const { service, protocol, candidate, baseline, phases } = await loadSpec(file);
  if (phases.validation === undefined)
    throw new SluiceError('SPEC_INVALID', `${file}: phases.validation is missing: there is no suite to run`);
  return { service, rolloutId: null, protocol, candidate, baseline, plan: phases.validation };
}

interface History {
  saveReport(report: ValidationReport): Promise<void>;
  close(): Promise<void>;
}

async function historyOf({ databaseUrl }: Config, keep: boolean | undefined): Promise<History | null> {
  if (keep === true && databaseUrl === null)
    throw new SluiceError('USAGE', '--keep: DATABASE_URL is not set, and the history is in the database');
  if (keep === false || databaseUrl === null) return null;
  // Most runs have none, and it is half of what would be loaded.
  const { openStore } = await import('../../stores/open-store.js');
  const store = await openStore({ databaseUrl });
  return { saveReport: (report) => store.validations.saveReport(report), close: () => store.close() };
}

function whyNot(keep: boolean | undefined): string {
  return keep === false ? 'by --no-keep' : 'DATABASE_URL is not set';
}

async function run(suite: Omit<SuiteInput, 'id'>, config: Config, progress: FileProgress): Promise<ValidationReport> {
  const stop = endAtSignals();
  const line = progressLine(process.stderr);
  if (progress.isResumed) say(`goes on with ${progress.id}, which was cut (--fresh begins anew)`);
  try {
    return await runSuite({ ...suite, id: progress.id }, depsOf(config, progress), {
      signal: stop.signal,
      beat: (at) => line.update(at),
    });
  } catch (error) {
    if (stop.signal.aborted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    line.end();
    stop.forget();
  }
}

/** The URLs of a spec are held to what a worker here would allow: what passes at a desk is not refused in a rollout. */
function depsOf({ dataDir, allowPrivate }: Config, { keeper }: FileProgress): SuiteDeps {
  const allowed = parseAllowedPrivate(allowPrivate);
  const policy = createAddressPolicy(allowed);
  const datasets = datasetDeps({ dataDir, allowed });
  return {
    openDataset: (spec, signal) => openDataset(spec, datasets, signal),
    modelServer: (target, protocol) => createModelServer(target, protocol, { policy }),
    progress: keeper,
    custom: createCustomChecks({ dataDir, policy, secrets: environmentSecrets }),
  };
}

/** For the processes of custom checks to be ended. */
const LAST_MS = 200;

/** Ctrl-C ends the process, and whatever a check has started; what was kept of the progress stays. A second one does not wait. */
function endAtSignals(): { readonly signal: AbortSignal; forget(): void } {
  const stop = new AbortController();
  const end = (code: number) => () => {
    stop.abort();
    setTimeout(() => process.exit(code), LAST_MS);
  };
  const [interrupted, terminated] = [end(130), end(143)];
  process.once('SIGINT', interrupted).once('SIGTERM', terminated);
  return {
    signal: stop.signal,
    forget() {
      process.off('SIGINT', interrupted).off('SIGTERM', terminated);
    },
  };
}

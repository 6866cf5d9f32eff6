import { fileInFolder } from '../../datasets/sources/data-dir.js';
import { SluiceError } from '../../domain/errors.js';
import { modulePathFault } from '../../domain/spec/module-path.js';
import { DEFAULT_ROWS } from '../../domain/spec/validation/check-fields.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { AddressPolicy } from '../../net/address-policy.js';
import { environmentSecrets, type Secrets } from '../../secrets/secrets.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';
import { whileAlive } from '../probes/while-alive.js';
import type { CustomChecks, SuiteInput } from '../suite.js';
import { askEndpoint } from './ask-endpoint.js';
import type { ValidatorSummary } from './contract.js';
import { checkResult } from './outcome.js';
import { runModule } from './run-module.js';

export interface CustomDeps {
  /** Modules lie under it. */
  readonly dataDir: string;
  /** Which addresses endpoints may be at. Absent, all: for whoever runs the suite from their own machine. */
  readonly policy?: AddressPolicy;
  /** Absent: this process's environment. */
  readonly secrets?: Secrets;
}

type CustomCheck = CheckOf<'custom'>;

const TIMEOUT_MS = 60_000;

/**
 * Checks that users bring. One that throws, hangs, exits or answers what is no verdict is inconclusive: what it would have found nobody knows, and a
 * critical check that is inconclusive lets no suite pass.
 */
export function createCustomChecks({ dataDir, policy, secrets = environmentSecrets }: CustomDeps): CustomChecks {
  return {
    async run(check, input, soFar, stage) {
      const summary = summaryOf(check, input, soFar, stage);
      const judge = check.module === undefined ? byEndpoint : byModule;
      const run = { check, input, summary, stage, dataDir, policy, secrets };
      return whileAlive(stage, `custom check ${check.name}`, () => judge(run));
    },
  };
}

interface CustomRun {
  readonly check: CustomCheck;
  readonly input: SuiteInput;
  readonly summary: ValidatorSummary;
  readonly stage: ProbeStage;
  readonly dataDir: string;
  readonly policy: AddressPolicy | undefined;
  readonly secrets: Secrets;
}

async function byModule({ check, summary, stage, dataDir }: CustomRun): Promise<CheckResult> {
  const { module: path = '', timeout: timeoutMs = TIMEOUT_MS } = check;
  const samples = summary.sample.length;
  const module = await moduleFile(dataDir, path);
  if ('fault' in module) return checkResult(check, module, samples);
  const { found, output } = await runModule({
    module: module.file,
    summary,
    timeoutMs,
    signal: stage.signal,
    infer: (arm, rows) => stage[arm].infer(rows, stage.columns.features),
  });
  return checkResult(check, found, samples, output);
}

async function byEndpoint({ check, input, summary, stage, policy, secrets }: CustomRun): Promise<CheckResult> {
  const { url = '', secretRef, timeout: timeoutMs = TIMEOUT_MS } = check;
  const { signal } = stage;
  const found = await askEndpoint({ url, secretRef, secrets, policy, runId: input.id, summary, timeoutMs, signal });
  return checkResult(check, found, summary.sample.length);
}

/** A spec may have come by another way than its parser. */
async function moduleFile(dataDir: string, path: string): Promise<{ file: string } | { fault: string }> {
  const fault = modulePathFault(path);
  if (fault !== null) return { fault: `module ${JSON.stringify(path)}: ${fault}` };
  try {
    return { file: await fileInFolder(dataDir, path) };
  } catch (error) {
    if (error instanceof SluiceError) return { fault: `module ${error.message}` };
    throw error;
  }
}

function summaryOf(
  check: CustomCheck,
  { service, rolloutId, candidate, baseline }: SuiteInput,
  results: readonly CheckResult[],
  { columns, sample }: ProbeStage,
): ValidatorSummary {
  return {
    check: check.name,
    service,
    rolloutId,
    candidate: { version: candidate.version, url: candidate.url },
    baseline: { version: baseline.version, url: baseline.url },
    with: check.with ?? {},
    results,
    columns,
    sample: spread(sample, check.rows ?? DEFAULT_ROWS),
  };
}

/** So many of the rows, from all over them. */
function spread(rows: readonly AnsweredRow[], most: number): readonly AnsweredRow[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]).filter(
    (row) => row !== undefined,
  );
}

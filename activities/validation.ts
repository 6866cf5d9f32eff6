import { Context, type Info } from '@temporalio/activity';
import { cutText } from '../src/domain/cut-text.js';
import type { ModelTarget } from '../src/domain/route.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Validation } from '../src/domain/spec/validation/index.js';
import { evidenceOf, type ValidationReport } from '../src/domain/validation.js';
import type { Evidence } from '../src/domain/verdict.js';
import type { ModelRegistry } from '../src/ports/model-registry.js';
import type { Store } from '../src/ports/store.js';
import { runSuite } from '../src/validation/run-suite.js';
import type { SuiteDeps, SuiteInput } from '../src/validation/suite.js';

export interface ValidationDeps extends Omit<SuiteDeps, 'progress'> {
  readonly store: Pick<Store, 'validations'>;
  readonly models: Pick<ModelRegistry, 'version'>;
}

/** A reason as long as a person reads, and all of them together fit for a history. */
const LONGEST_REASON = 500;

export const createValidationActivities = (deps: ValidationDeps) => ({
  /** Asks both model servers whether they are ready. @throws {SluiceError} MODEL_UNREACHABLE with the address and the cause */
  async assertServersReady(spec: RolloutSpec): Promise<void> {
    await Promise.all(
      [spec.baseline, spec.candidate].map((target) => deps.modelServer(target, spec.protocol).assertReady()),
    );
  },

  /** The way back leads somewhere. @throws {SluiceError} MODEL_UNREACHABLE with the address and the cause */
  async assertBaselineReady({ baseline, protocol }: RolloutSpec): Promise<void> {
    await deps.modelServer(baseline, protocol).assertReady();
  },

  /**
   * Runs the validation suite and keeps its report. Another attempt goes on where the one before was cut, on whichever worker.
   * @param rolloutId absent in histories from before reports were kept
   */
  async validate(spec: RolloutSpec, plan: Validation, rolloutId?: string): Promise<Evidence[]> {
    const context = Context.current();
    const { validations } = deps.store;
    const id = validationIdOf(context.info);
    const kept = await validations.report(id);
    if (kept !== null) return evidenceIn(kept);
    const input = await inputOf(deps, spec, plan, { id, rolloutId: rolloutId ?? null });
    const watch = { signal: context.cancellationSignal, beat: (at: unknown) => context.heartbeat(at) };
    const report = await runSuite(input, { ...deps, progress: validations }, watch);
    await validations.saveReport(report);
    await validations.clearProgress(id);
    return evidenceIn(report);
  },
});

export type ValidationActivities = ReturnType<typeof createValidationActivities>;

async function inputOf(
  { models }: ValidationDeps,
  { service, protocol, candidate, baseline, registry }: RolloutSpec,
  plan: Validation,
  ids: Pick<SuiteInput, 'id' | 'rolloutId'>,
): Promise<SuiteInput> {
  // For the record only: a registry that is away keeps nobody from being validated.
  const digest = async ({ version }: ModelTarget) => {
    const registered = await models.version(registry?.model ?? service, version).catch(() => null);
    return registered?.artifact.digest ?? null;
  };
  const digests = { candidate: await digest(candidate), baseline: await digest(baseline) };
  return { ...ids, service, protocol, candidate, baseline, plan, digests };
}

/** The same for every attempt, and fit for an address: a workflow's id has a slash in it. */
function validationIdOf({ workflowExecution, activityId }: Info): string {
  const { workflowId, runId } = workflowExecution ?? { workflowId: 'alone', runId: 'alone' };
  return [workflowId, runId, activityId]
    .join(':')
    .replaceAll(/[^A-Za-z0-9._:-]/g, ':')
    .slice(0, 200);
}

function evidenceIn({ checks }: ValidationReport): Evidence[] {
  return checks.map((check) => {
    const evidence = evidenceOf(check);
    return { ...evidence, reason: cutText(evidence.reason, LONGEST_REASON) };
  });
}

import { condition, patched } from '@temporalio/workflow';
import type { Validation } from '../../src/domain/spec/validation/index.js';
import type { Evidence } from '../../src/domain/verdict.js';
import { contentDigest } from '../../src/identity/verify-statement.js';
import { limited, long } from '../activity-proxies.js';
import { resolveModels } from '../aliases.js';
import { countsUnits, planAhead } from '../experiment.js';
import { beginPhase, endPhase, type Run, stop, update } from '../run.js';
import { scaleUp } from '../scaling.js';
import { isUnattended } from '../shape.js';
import { drillRollback } from '../traffic.js';
import { endGate, waitFor } from '../waits.js';

const MOST_REASONS = 20;

/** Before anyone is exposed: the service is free, both servers are ready, and the candidate answers the held-out data well. */
export async function validationPhase(run: Run): Promise<void> {
  const { spec } = run.input;
  beginPhase(run, 'validation');
  if (isUnattended()) await proveStart(run);
  if (spec.initialDelay !== undefined)
    await waitFor(run, { kind: 'delay', ms: spec.initialDelay, note: 'before the validation suite' }, () => false);
  if (run.inbox.skip && patched('delay-promoted')) endGate(run, 'the initial delay');
  run.inbox.skip = null;
  const { epoch } = await limited.claimService.executeWithOptions({ summary: `what serves ${spec.service} now?` }, [
    spec,
    run.input.rolloutId,
  ]);
  update(run, { epoch });
  if (spec.scaling) await firstReplicas(run);
  await limited.assertServersReady.executeWithOptions({ summary: 'are both model servers ready?' }, [spec]);
  if (spec.registry) await resolveModels(run, spec.registry);
  const plan = spec.phases.validation;
  const { abTest } = spec.phases;
  if (abTest && abTest.kind !== 'interleaving' && countsUnits()) {
    await planAhead(run, abTest);
    if (run.inbox.stop !== null) return;
  }
  const options = {
    summary: `validation: ${plan?.checks.length} checks on ${datasetName(plan?.dataset)}`,
    // Each attempt goes on where the one before was cut.
    retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 8 },
  } as const;
  const evidence =
    plan && !run.input.from ? await long.validate.executeWithOptions(options, [spec, plan, run.input.rolloutId]) : [];
  if (plan) update(run, { evidence });
  const failing = evidence.filter((e) => e.verdict !== 'pass' && !e.dryRun);
  if (failing.length > 0)
    return stop(run, {
      outcome: 'failed',
      reason: `validation: ${reasons(failing)}`,
      evidence: failing,
    });
  if (isUnattended()) await drillRollback(run);
  endPhase(run, 'validation', 'passed', found(run, evidence), evidence);
}

/** The suite asks the candidate as well. */
async function firstReplicas(run: Run): Promise<void> {
  await scaleUp(run, 0);
  await condition(() => run.state.paused === null);
}

/** Who asks must be proven before anything is done in that name. */
async function proveStart(run: Run): Promise<void> {
  const { rolloutId, spec, statement, digests, from, retryOf } = run.input;
  const specDigest = contentDigest(run.givenSpec);
  const attempt = from === undefined ? {} : { attempt: { from, retryOf, spec: run.givenSpec } };
  const claimed = { rolloutId, service: spec.service, specDigest, statement, digests, ...attempt };
  const identity = await limited.verifyStart.executeWithOptions({ summary: 'who started this?' }, [claimed]);
  if (identity !== null) update(run, { startedBy: identity.subject });
}

function datasetName(dataset: Validation['dataset'] | undefined): string {
  return typeof dataset === 'object' ? dataset.source : (dataset ?? 'no data set');
}

function found({ input }: Run, evidence: readonly Evidence[]): string {
  if (input.from) return `both servers are ready; the checks were passed in ${input.retryOf}`;
  if (!input.spec.phases.validation) return 'both servers are ready; the spec names no checks';
  return reasons(evidence);
}

/** A suite may have 200 checks; the evidence holds them all. */
function reasons(evidence: readonly Evidence[]): string {
  const rest = evidence.length - MOST_REASONS;
  const first = evidence.slice(0, MOST_REASONS).map((e) => e.reason);
  return [...first, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

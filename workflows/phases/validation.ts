import type { Validation } from '../../src/domain/spec/validation.js';
import type { Evidence } from '../../src/domain/verdict.js';
import { contentDigest } from '../../src/identity/verify-statement.js';
import { limited, long } from '../activity-proxies.js';
import { beginPhase, endPhase, type Run, stop, update } from '../run.js';
import { isUnattended } from '../shape.js';
import { drillRollback } from '../traffic.js';
import { waitFor } from '../waits.js';

/** Before anyone is exposed: the service is free, both servers are ready, and the candidate answers the held-out data well. */
export async function validationPhase(run: Run): Promise<void> {
  const { spec } = run.input;
  beginPhase(run, 'validation');
  if (isUnattended()) await proveStart(run);
  if (spec.initialDelay !== undefined)
    await waitFor(run, { kind: 'delay', ms: spec.initialDelay, note: 'before the validation suite' }, () => false);
  run.inbox.skip = null;
  const { epoch } = await limited.claimService.executeWithOptions({ summary: `what serves ${spec.service} now?` }, [
    spec,
  ]);
  update(run, { epoch });
  await limited.assertServersReady.executeWithOptions({ summary: 'are both model servers ready?' }, [spec]);
  const plan = spec.phases.validation;
  const options = {
    summary: `validation: ${plan?.checks.length} checks on ${datasetName(plan?.dataset)}`,
    retry: { initialInterval: '1s', maximumAttempts: 3 },
  } as const;
  const evidence = plan && !run.input.from ? await long.validate.executeWithOptions(options, [spec, plan]) : [];
  if (plan) update(run, { evidence });
  const failing = evidence.filter((e) => e.verdict !== 'pass');
  if (failing.length > 0)
    return stop(run, {
      outcome: 'failed',
      reason: `validation: ${failing.map((e) => e.reason).join('; ')}`,
      evidence: failing,
    });
  if (isUnattended()) await drillRollback(run);
  endPhase(run, 'validation', 'passed', found(run, evidence), evidence);
}

/** Who asks must be proven before anything is done in that name. */
async function proveStart(run: Run): Promise<void> {
  const { rolloutId, spec, statement, digests } = run.input;
  const claimed = { rolloutId, service: spec.service, specDigest: contentDigest(run.givenSpec), statement, digests };
  const identity = await limited.verifyStart.executeWithOptions({ summary: 'who started this?' }, [claimed]);
  if (identity !== null) update(run, { startedBy: identity.subject });
}

function datasetName(dataset: Validation['dataset'] | undefined): string {
  return typeof dataset === 'object' ? dataset.source : (dataset ?? 'no data set');
}

function found({ input }: Run, evidence: readonly Evidence[]): string {
  if (input.from) return `both servers are ready; the checks were passed in ${input.retryOf}`;
  if (!input.spec.phases.validation) return 'both servers are ready; the spec names no checks';
  return evidence.map((e) => e.reason).join('; ');
}

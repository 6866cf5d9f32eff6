import { limited, long } from '../activity-proxies.js';
import { beginPhase, endPhase, type Run, stop, update } from '../run.js';

/** Before anyone is exposed: the service is free, both servers are ready, and the candidate answers the held-out data well. */
export async function validationPhase(run: Run): Promise<void> {
  const { spec } = run.input;
  beginPhase(run, 'validation');
  const { epoch } = await limited.claimService.executeWithOptions({ summary: `what serves ${spec.service} now?` }, [
    spec,
  ]);
  update(run, { epoch });
  await limited.assertServersReady.executeWithOptions({ summary: 'are both model servers ready?' }, [spec]);

  const plan = spec.phases.validation;
  if (!plan) return endPhase(run, 'validation', 'passed', 'both servers are ready; the spec names no checks');
  const options = {
    summary: `validation: ${plan.checks.length} checks on ${plan.dataset}`,
    retry: { initialInterval: '1s', maximumAttempts: 3 },
  } as const;
  const evidence = await long.validate.executeWithOptions(options, [spec, plan]);
  update(run, { evidence });
  const failing = evidence.filter((e) => e.verdict !== 'pass');
  if (failing.length === 0)
    return endPhase(run, 'validation', 'passed', evidence.map((e) => e.reason).join('; '), evidence);
  stop(run, { outcome: 'failed', reason: `validation: ${failing.map((e) => e.reason).join('; ')}`, evidence: failing });
}

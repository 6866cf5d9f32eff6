import { setCurrentDetails, sleep } from '@temporalio/workflow';
import type { ImpactState } from '../src/domain/impact-state.js';
import { overallVerdict } from '../src/domain/verdict.js';
import { limited, persistent } from './activity-proxies.js';
import { impactDetails } from './details.js';
import { decisionOf, type ImpactInput } from './impact-input.js';

/** How analyses went on that began when there was one look, at the end: they end as they began. */
export async function observeOnce({ plan, ...input }: ImpactInput, state: ImpactState): Promise<ImpactState> {
  const { startedAt, cutoverAt } = input;
  const { until } = state;
  await sleep(Math.max(1, Date.parse(until) - Date.now()), { summary: `observe until ${until}` });
  const before = { since: new Date(Date.parse(startedAt) - plan.before).toISOString(), until: startedAt };
  const after = { since: cutoverAt, until };
  const options = { summary: `compare ${plan.metrics.join(', ')} before and after` };
  state.evidence = await limited.compareImpact.executeWithOptions(options, [
    input.service,
    plan.metrics,
    before,
    after,
  ]);
  state.verdict = overallVerdict(state.evidence);
  state.status = 'done';
  setCurrentDetails(impactDetails(state));
  await persistent.recordDecisions([decisionOf(state, 1, state.evidence.map((e) => e.reason).join('; '))]);
  return state;
}

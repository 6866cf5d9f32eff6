import { setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { ImpactState } from '../src/domain/impact-state.js';
import type { Impact } from '../src/domain/spec/phases.js';
import { overallVerdict } from '../src/domain/verdict.js';
import { limited, persistent } from './activity-proxies.js';
import { impactDetails } from './details.js';
import { impactQuery } from './messages.js';

export interface ImpactInput {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  readonly plan: Impact;
  /** The benchmark ends where the rollout began. */
  readonly startedAt: string;
  readonly cutoverAt: string;
}

/** The analysis counts its decisions from here, so that it and the rollout, which may still run, never use one number twice. */
const FIRST_SEQUENCE = 100_001;

/** What became of it: business and model metrics after the cutover against the time before the rollout. */
export async function impact(input: ImpactInput): Promise<ImpactState> {
  const { plan, startedAt, cutoverAt } = input;
  const until = new Date(Date.parse(cutoverAt) + plan.after).toISOString();
  const state: ImpactState = {
    rolloutId: input.rolloutId,
    status: 'observing',
    until,
    verdict: 'inconclusive',
    evidence: [],
  };
  setHandler(impactQuery, () => state);
  setCurrentDetails(impactDetails(state));

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
  await persistent.recordDecisions([
    {
      rolloutId: input.rolloutId,
      sequence: FIRST_SEQUENCE,
      at: new Date().toISOString(),
      action: 'impact',
      actor: 'sluice',
      source: 'rule',
      phase: 'impact',
      weightPercent: 100,
      reason: state.evidence.map((e) => e.reason).join('; '),
      evidence: state.evidence,
    },
  ]);
  return state;
}

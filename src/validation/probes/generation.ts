import type { CheckOf, Validation } from '../../domain/spec/validation/index.js';
import { isGeneration } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { ArmEvidence } from '../../domain/verdict.js';
import { type GenerationSummary, summarizeGenerations } from '../../inference/chat/summary.js';
import type { Generation } from '../../ports/model-server.js';
import { judgeValue, needsBaseline, result } from '../judge-value.js';
import type { ProbeStage } from '../probe-stage.js';
import { generationsOf, promptOf } from './chat-prompts.js';
import { shortReason, withNotes } from './measured-share.js';
import { firstRows } from './rows-tried.js';
import { createSharedRuns } from './shared-runs.js';

export type GenerationCheck = CheckOf<
  | 'generation_error_rate'
  | 'refusal_rate'
  | 'first_token_p50'
  | 'first_token_p95'
  | 'generation_p50'
  | 'generation_p95'
  | 'tokens_out'
  | 'tokens_per_second'
>;

interface GenerationRuns {
  readonly candidate: readonly Generation[];
  readonly baseline: readonly Generation[] | null;
}

const sharedGenerations = createSharedRuns<GenerationRuns>();

/** Judges what the answers to the prompts of the sample come to; they are asked once for all these checks. */
export async function probeGeneration(
  check: GenerationCheck,
  plan: Validation,
  stage: ProbeStage,
): Promise<CheckResult> {
  const withBaseline = plan.checks.some((other) => isGeneration(other) && needsBaseline(other));
  if (stage.candidate.generate === undefined)
    return result(check, {
      verdict: 'inconclusive',
      reason: 'the candidate is no language model: its protocol has no prompts',
    });
  const prompts = firstRows({}, stage).flatMap((row) => promptOf(plan, row) ?? []);
  if (prompts.length === 0)
    return result(check, {
      verdict: 'inconclusive',
      reason: `no row has a prompt in ${plan.prompt ?? 'a column that is named'}`,
    });
  const runs = await sharedGenerations(stage, stage.sample, withBaseline, () =>
    generateBoth(stage, prompts, withBaseline),
  );
  return judgeGeneration(check, runs);
}

/** Prompt by prompt, and who is first in turns: neither has the machine's better times. */
async function generateBoth(
  stage: ProbeStage,
  prompts: readonly string[],
  withBaseline: boolean,
): Promise<GenerationRuns> {
  const runs: { candidate: Generation[]; baseline: Generation[] } = { candidate: [], baseline: [] };
  for (const [at, prompt] of prompts.entries()) {
    const arms = at % 2 === 0 ? (['candidate', 'baseline'] as const) : (['baseline', 'candidate'] as const);
    for (const arm of arms)
      if (arm === 'candidate' || withBaseline)
        runs[arm].push(...(await generationsOf(stage, stage[arm], [prompt], `prompts ${arm}`)));
  }
  return { candidate: runs.candidate, baseline: withBaseline ? runs.baseline : null };
}

interface Measure {
  readonly better: 'higher' | 'lower';
  readonly of: (summary: GenerationSummary) => number | null;
}

const MEASURES: Readonly<Record<GenerationCheck['metric'], Measure>> = {
  generation_error_rate: { better: 'lower', of: ({ errorRate }) => errorRate },
  refusal_rate: { better: 'lower', of: ({ refusalRate }) => refusalRate },
  first_token_p50: { better: 'lower', of: ({ firstTokenMs }) => firstTokenMs?.p50 ?? null },
  first_token_p95: { better: 'lower', of: ({ firstTokenMs }) => firstTokenMs?.p95 ?? null },
  generation_p50: { better: 'lower', of: ({ latencyMs }) => latencyMs?.p50 ?? null },
  generation_p95: { better: 'lower', of: ({ latencyMs }) => latencyMs?.p95 ?? null },
  tokens_out: { better: 'lower', of: ({ tokensOut }) => tokensOut },
  tokens_per_second: { better: 'higher', of: ({ tokensPerSecond }) => tokensPerSecond },
};

function judgeGeneration(check: GenerationCheck, { candidate, baseline }: GenerationRuns): CheckResult {
  const { better } = MEASURES[check.metric];
  const summary = summarizeGenerations(candidate);
  const judged = judgeValue({
    check,
    candidate: evidenceOf(check, candidate),
    ...(baseline === null ? {} : { baseline: evidenceOf(check, baseline) }),
    better,
    counted: 'prompts',
    unknown: `${summary.errors} of ${summary.prompts} prompts had no answer, and the others do not tell`,
    details: {
      generations: [
        shown('candidate', summary),
        ...(baseline === null ? [] : [shown('baseline', summarizeGenerations(baseline))]),
      ],
    },
  });
  const fault = candidate.find(({ error }) => error !== null)?.error;
  return withNotes(
    judged,
    fault ? [`${summary.errors} without an answer, the first with: ${shortReason(fault.message)}`] : [],
  );
}

function evidenceOf({ metric }: GenerationCheck, generations: readonly Generation[]): ArmEvidence {
  const summary = summarizeGenerations(generations);
  // A sum would grow with the number of prompts.
  if (metric === 'tokens_out') {
    const telling = generations.filter(({ error, tokensOut }) => error === null && tokensOut !== null).length;
    return { samples: telling, value: summary.tokensOut === null ? null : summary.tokensOut / telling };
  }
  const samples = metric === 'generation_error_rate' ? summary.prompts : summary.prompts - summary.errors;
  return { samples, value: MEASURES[metric].of(summary) };
}

/** A flat line for reports. */
function shown(version: string, summary: GenerationSummary): Record<string, string | number | null> {
  const { prompts, errors, refusals, firstTokenMs, latencyMs, tokensIn, tokensOut, tokensPerSecond } = summary;
  return {
    version,
    prompts,
    errors,
    refusals,
    firstTokenP95Ms: firstTokenMs?.p95 ?? null,
    latencyP95Ms: latencyMs?.p95 ?? null,
    tokensIn,
    tokensOut,
    tokensPerSecond,
  };
}

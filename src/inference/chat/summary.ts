import type { Generation } from '../../ports/model-server.js';

/** What many generations of one version come to. Shares in 0..1, times in milliseconds; null where nothing tells. */
export interface GenerationSummary {
  readonly prompts: number;
  readonly errors: number;
  readonly errorRate: number | null;
  /** Of those answered. */
  readonly refusals: number;
  readonly refusalRate: number | null;
  readonly firstTokenMs: Quantiles | null;
  readonly latencyMs: Quantiles | null;
  /** Sums over the answers that tell. */
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  /** After the first token, of all answers that stream and tell. */
  readonly tokensPerSecond: number | null;
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

export function summarizeGenerations(generations: readonly Generation[]): GenerationSummary {
  const answered = generations.filter(({ error }) => error === null);
  const [errors, refusals] = [generations.length - answered.length, answered.filter(({ refused }) => refused).length];
  return {
    prompts: generations.length,
    errors,
    errorRate: shareOf(errors, generations.length),
    refusals,
    refusalRate: shareOf(refusals, answered.length),
    firstTokenMs: quantilesOf(known(answered.map(({ firstTokenMs }) => firstTokenMs))),
    latencyMs: quantilesOf(answered.map(({ latencyMs }) => latencyMs)),
    tokensIn: sumOf(known(answered.map(({ tokensIn }) => tokensIn))),
    tokensOut: sumOf(known(answered.map(({ tokensOut }) => tokensOut))),
    tokensPerSecond: speedOf(answered),
  };
}

/** The first token is not counted: its time is that of reading the prompt. */
function speedOf(answered: readonly Generation[]): number | null {
  let [tokens, seconds] = [0, 0];
  for (const { tokensOut, firstTokenMs, latencyMs } of answered) {
    if (tokensOut === null || tokensOut < 2 || firstTokenMs === null) continue;
    tokens += tokensOut - 1;
    seconds += (latencyMs - firstTokenMs) / 1000;
  }
  return seconds > 0 ? tokens / seconds : null;
}

function shareOf(count: number, all: number): number | null {
  return all === 0 ? null : count / all;
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function sumOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** By nearest rank: always one that was seen. */
function quantilesOf(values: readonly number[]): Quantiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95] = [at(0.5), at(0.95)];
  return p50 === undefined || p95 === undefined ? null : { p50, p95 };
}

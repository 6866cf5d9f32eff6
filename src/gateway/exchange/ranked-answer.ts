import type { Interleaving } from '../../domain/route.js';
import { isTensor, type Tensor, tensorsOf } from '../../protocols/tensors.js';
import { balanced, type Interleaved, type ItemId, teamDraft } from '../../routing/interleave.js';

/** One version's answer with a ranked list in it. */
export interface RankedAnswer {
  readonly text: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Tensor[];
  readonly ranking: readonly ItemId[];
}

export interface MergedAnswer {
  readonly body: Buffer;
  readonly interleaved: Interleaved<ItemId>;
}

/** @returns null where the body is no Open Inference answer with a ranking under that name */
export function readRanking(body: Buffer, output: string): RankedAnswer | null {
  try {
    const text = JSON.parse(body.toString()) as Record<string, unknown>;
    const outputs = text['outputs'];
    if (!Array.isArray(outputs) || !outputs.every(isTensor)) return null;
    const tensors = tensorsOf(text, 'outputs');
    const ranking = tensors.find(({ name }) => name === output)?.data;
    if (ranking === undefined || !ranking.every(isItem)) return null;
    return { text, tensors, ranking };
  } catch {
    return null;
  }
}

/**
 * One list out of two. Tensors as long as their ranking (scores, titles) go along with the items, each from the version that contributed it;
 * all others are the baseline's.
 * @param draw an integer: the same one gives the same list
 */
export function mergeRankings(
  { method, output, length }: Interleaving,
  baseline: RankedAnswer,
  candidate: RankedAnswer,
  draw: number,
): MergedAnswer {
  const merge = method === 'balanced' ? balanced : teamDraft;
  const interleaved = merge(baseline.ranking, candidate.ranking, draw, length);
  const outputs = baseline.tensors.map((tensor) => {
    if (tensor.data.length !== baseline.ranking.length) return tensor;
    const data = interleaved.items.map(({ id, team, baselineRank, candidateRank }) => {
      if (tensor.name === output) return id;
      // The rest of the longer ranking has no team: whoever has the item tells of it.
      const isCandidates = team === 'candidate' || baselineRank === null;
      const from = isCandidates ? candidate : baseline;
      const rank = isCandidates ? candidateRank : baselineRank;
      return from.tensors.find(({ name }) => name === tensor.name)?.data[(rank ?? 0) - 1] ?? null;
    });
    return {
      ...tensor,
      shape: Array.isArray(tensor.shape) && tensor.shape.length === 2 ? [1, data.length] : [data.length],
      data,
    };
  });
  return { body: Buffer.from(JSON.stringify({ ...baseline.text, outputs })), interleaved };
}

const LONGEST_ITEM = 255;

/** What can be recorded: a list with an item that can't be is no ranking, and its version has failed. */
function isItem(value: unknown): value is ItemId {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ITEM && !value.includes('\0');
}

import { performance } from 'node:perf_hooks';
import type { Interleaving } from '../../domain/route.js';
import { answerHeaders, without } from '../headers.js';
import type { Observed } from '../record/recorder.js';
import type { AssignedRequest, ExchangeDeps } from './assigned-request.js';
import { answerFrom } from './attempt.js';
import { type CollectedAnswer, collectAnswer } from './collect-answer.js';
import { countAnswer } from './count-answer.js';
import { mergeRankings, type RankedAnswer, readRanking } from './ranked-answer.js';
import { soundnessOf } from './soundness.js';

/**
 * Asks both versions and answers with one list made of both rankings, so that one user's clicks compare them. Where one of them fails, the other's
 * list is answered as it is and says nothing about preference.
 */
export function answerMerged(deps: ExchangeDeps, assigned: AssignedRequest, interleaving: Interleaving): void {
  merged(deps, assigned, interleaving).catch(() => assigned.response.replyJson(500, { error: 'internal error' }));
}

async function merged(deps: ExchangeDeps, assigned: AssignedRequest, interleaving: Interleaving): Promise<void> {
  const at = Date.now();
  const { route } = assigned.served;
  if (route.candidate === null) return answerFrom(deps, assigned);
  const [baseline, candidate] = await Promise.all([
    ask(deps, assigned, 'baseline', interleaving, at),
    ask(deps, assigned, 'candidate', interleaving, at),
  ]);
  if (assigned.response.destroyed) return;
  const { service, epoch } = route;
  const { version } = route.candidate;
  const made = deps.ids.make({ service, arm: 'other', version, epoch, at }, assigned.unit);
  if (baseline.ranked === null || candidate.ranked === null) {
    const good = baseline.ranked === null ? candidate : baseline;
    if (good.ranked === null || good.answer.body === null)
      return assigned.response.replyJson(502, { error: 'neither version gave a ranked list' });
    return send(assigned, good.answer, good.answer.body, good.version, made.id);
  }
  const draw = Math.floor(made.first * 2 ** 32);
  const { body, interleaved } = mergeRankings(interleaving, baseline.ranked, candidate.ranked, draw);
  send(assigned, baseline.answer, body, `${baseline.version} ${candidate.version}`, made.id);
  deps.recorder.interleave({
    predictionId: made.id,
    service: route.service,
    rolloutId: route.rolloutId,
    epoch: route.epoch,
    method: interleaving.method,
    at: new Date(at).toISOString(),
    unitHash: deps.ids.hashUnit(assigned.unit),
    items: interleaved.items.map(({ id, ...item }) => ({ item: String(id), ...item })),
  });
}

interface Asked {
  readonly version: string;
  readonly answer: CollectedAnswer;
  readonly ranked: RankedAnswer | null;
}

/** Each version's part is counted as its own, brake included. */
async function ask(
  deps: ExchangeDeps,
  { served, request, assignment, startedAt }: AssignedRequest,
  arm: 'baseline' | 'candidate',
  { output }: Interleaving,
  at: number,
): Promise<Asked> {
  const { upstreams, held, limits } = deps;
  const { route } = served;
  const { version, url } = route[arm] ?? route.baseline;
  const { candidateTimeout, deadline } = route.traffic ?? {};
  const left = deadline === undefined ? limits.answerTimeoutMs : deadline - (performance.now() - startedAt);
  const patienceMs = Math.max(1, Math.min(left, candidateTimeout ?? limits.answerTimeoutMs));
  const answer = await collectAnswer(upstreams, url, request, { held, most: limits.heldAnswerBytes, patienceMs });
  const isSound = answer.body !== null && soundnessOf(answer.status, answer.headers) === 'whole';
  const ranked = isSound && answer.body !== null ? readRanking(answer.body, output) : null;
  const { latencyMs, status } = answer;
  const observed: Observed = {
    route,
    arm,
    version,
    segment: assignment.segment,
    at,
    latencyMs,
    status,
    failed: ranked === null,
  };
  countAnswer(deps, served, observed);
  return { version, answer, ranked };
}

/** The merged list has its own. */
const LENGTH = new Set(['content-length']);

function send(
  { response }: AssignedRequest,
  { headers, status }: CollectedAnswer,
  body: Buffer,
  versions: string,
  predictionId: string,
): void {
  const ours = ['x-sluice-version', versions, 'x-sluice-prediction-id', predictionId];
  const kept = without(answerHeaders(headers, ours), LENGTH);
  response.writeHead(status, [...kept, 'content-length', String(body.length)]);
  response.end(body);
}

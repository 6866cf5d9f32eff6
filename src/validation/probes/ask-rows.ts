import { SluiceError } from '../../domain/errors.js';
import { ModelRefused } from '../../domain/model-refused.js';
import type { ModelServer, Prediction, Row } from '../../ports/model-server.js';
import { isAway } from '../patience.js';
import type { ProbeStage } from '../probe-stage.js';
import { becomesReady, whileAlive } from './while-alive.js';

/**
 * What became of one row. refused: the server said no (4xx). garbage: an answer that is none. failed: no answer (5xx, time-out, broken connection).
 * unsayable: the protocol has no way to ask it, so nothing was sent.
 */
export type Reply = { readonly kind: 'answer'; readonly prediction: Prediction } | Fault;
interface Fault {
  readonly kind: 'refused' | 'garbage' | 'failed' | 'unsayable';
  readonly reason: string;
}

/** One reply a row, in order. @throws {SluiceError} where the server is gone, or can't be asked at all (a secret is missing, an address refused) */
export type AskRows = (rows: readonly Row[], batchSize?: number) => Promise<Reply[]>;

/** Then the rest is not asked: each of them may have taken a whole time-out. */
const MOST_FAILURES = 10;
/** Of the whole service rather than of a row: the key, the path, the method. */
const NOT_OF_THE_ROW = new Set([401, 402, 403, 404, 405, 407, 410]);

/**
 * Asks rows that ought to be answered. A batch that is not is asked again, after the server is ready, and then row by row, so that one row does not
 * spoil the others' answers.
 */
export function createAskRows(stage: ProbeStage, server: ModelServer, what: string): AskRows {
  let failures = 0;
  const once = async (rows: readonly Row[]) => {
    const replies = await askOnce(stage, server, what, rows);
    failures = replies[0]?.kind === 'failed' ? failures + 1 : 0;
    return replies;
  };
  const ask = async (rows: readonly Row[]): Promise<Reply[]> => {
    if (failures >= MOST_FAILURES)
      return rows.map(() => ({ kind: 'failed', reason: `not asked, as ${MOST_FAILURES} requests in a row failed` }));
    const [first, again] = [await once(rows), () => once(rows)];
    const replies = first[0]?.kind === 'failed' ? await afterReady(stage, server, what, first[0], again) : first;
    if (replies[0]?.kind === 'answer' || rows.length < 2) return replies;
    const alone: Reply[] = [];
    for (const row of rows) alone.push(...(failures >= MOST_FAILURES ? await ask([row]) : await once([row])));
    return alone;
  };
  return async (rows, batchSize = stage.batchSize) => {
    const all: Reply[] = [];
    for (let from = 0; from < rows.length; from += batchSize)
      all.push(...(await ask(rows.slice(from, from + batchSize))));
    return all;
  };
}

/** A server that is gone may come back; one that stays away can't be measured now, and another try may. */
async function afterReady(
  stage: ProbeStage,
  server: ModelServer,
  what: string,
  { reason }: Fault,
  again: () => Promise<Reply[]>,
): Promise<Reply[]> {
  if (await becomesReady(stage, server, what)) return again();
  throw new SluiceError('MODEL_UNREACHABLE', `${what}: the server is gone: ${reason}`);
}

/** One request, whatever comes of it; the same reply for all rows where it is no answer. */
export async function askOnce(
  stage: ProbeStage,
  server: ModelServer,
  what: string,
  rows: readonly Row[],
): Promise<Reply[]> {
  try {
    const { predictions } = await whileAlive(stage, what, () => server.infer(rows, stage.columns.features));
    return predictions.map((prediction) => ({ kind: 'answer', prediction }));
  } catch (error) {
    const fault = faultOf(error);
    return rows.map(() => fault);
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof ModelRefused)
    return { kind: NOT_OF_THE_ROW.has(error.status) ? 'failed' : 'refused', reason: error.message };
  if (isAway(error)) return { kind: 'failed', reason: error.message };
  if (!(error instanceof SluiceError)) throw error;
  if (error.code === 'MODEL_ANSWER_INVALID') return { kind: 'garbage', reason: error.message };
  if (error.code === 'DATASET_INVALID') return { kind: 'unsayable', reason: error.message };
  throw error;
}

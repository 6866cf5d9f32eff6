import { text } from 'node:stream/consumers';
import { SluiceError } from '../../domain/errors.js';
import { LONGEST_UNIT } from '../../domain/observation.js';
import { assertMeant } from '../ask.js';
import { printEither } from '../output/print.js';
import { predictionIds } from '../prediction-ids.js';
import { renderFeedbackStats, renderForgotten } from '../render-feedback.js';
import { withApi } from '../with-api.js';

/** Tables have no index by unit, since this is rare: it may take its time. */
const FORGETTING_MS = 10 * 60_000;
const PRUNING_MS = 60_000;

interface StatsOptions {
  readonly since: string;
  readonly suspect: number;
  readonly output: string;
}

export async function stats(service: string, { since, suspect, output }: StatsOptions): Promise<void> {
  const found = await withApi((api) => api.getFeedbackStats(service, { since, suspect }));
  printEither(found, output, renderFeedbackStats(service, since, found));
}

interface PruneOptions {
  readonly olderThan: number;
  readonly service?: string;
  readonly yes?: boolean;
  readonly output: string;
}

export async function prune({ olderThan, service, yes, output }: PruneOptions): Promise<void> {
  const before = new Date(Date.now() - olderThan).toISOString();
  const whose = service === undefined ? 'of all services' : `of ${service}`;
  if (yes !== true) await assertMeant(`feedback ${whose} received before ${before} is deleted for good. Go on?`);
  let removed = 0;
  for (let isDone = false; !isDone; ) {
    const part = await withApi((api) => api.pruneFeedback({ before, service }), PRUNING_MS);
    removed += part.removed;
    isDone = part.isDone;
  }
  printEither({ removed }, output, `deleted ${removed} items`);
}

interface ForgetOptions {
  readonly unit: string;
  readonly keyFile?: string;
  readonly yes?: boolean;
  readonly output: string;
}

/** The key stays here; the api is told its hash, as the store knows it. */
export async function forget({ unit, keyFile, yes, output }: ForgetOptions): Promise<void> {
  // First: an answer can't be read behind a key that comes from the same place.
  if (yes !== true) await assertMeant('all that is kept of the unit is deleted for good, in all services. Go on?');
  const key = unit === '-' ? (await text(process.stdin)).replace(/\r?\n$/, '') : unit;
  if (key === '' || key.length > LONGEST_UNIT)
    throw new SluiceError('USAGE', `--unit has ${key.length} characters; expected 1 to ${LONGEST_UNIT}`);
  const unitHash = (await predictionIds(keyFile)).hashUnit(key);
  const gone = await withApi((api) => api.forgetUnit({ unitHash }), FORGETTING_MS);
  printEither(gone, output, renderForgotten(gone));
}

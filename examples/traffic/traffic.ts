import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { Pool } from 'undici';
import { seededRandom } from './random.js';
import { Tally, type TrafficStats } from './tally.js';

export interface TrafficOptions {
  readonly gatewayUrl: string;
  /** CSV with a header: features, then `label`. */
  readonly rowsPath: string;
  /** Above 0, at most 1,000. */
  readonly ratePerSecond: number;
  /** Integer >= 1. */
  readonly users: number;
  /** How long after a prediction its true label is known. */
  readonly labelDelayMs: number;
  /** Share of predictions whose label ever becomes known, 0..1. */
  readonly labelShare: number;
  /** The same seed sends the same rows as the same users, in the same order. */
  readonly seed: number;
}

export interface Traffic {
  stats(): TrafficStats;
  /** Waits for what is on its way, and sends all labels that are left, due or not. */
  stop(): Promise<TrafficStats>;
}

const MOST_IN_FLIGHT = 64;
const TICK_MS = 20;
const LABEL_BATCH_MS = 500;
/** As many items as the gateway takes at once. */
const MOST_LABELS = 1000;
/** Longer than the gateway's patience with a candidate and then with the baseline. */
const ANSWER_TIMEOUT_MS = 30_000;
const HIGHEST_RATE = 1000;
const REGIONS = ['us', 'de', 'at', 'fr'] as const;

interface DueLabel {
  readonly predictionId: string;
  readonly label: string;
  readonly dueAt: number;
}

/**
 * Sends held-out rows, one a request, as many users at a bounded rate; later posts the true labels as feedback.
 * @throws {RangeError} naming the option, its value and the limit
 */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  assertOptions(options);
  const nextRequest = requestSource(options);
  const pool = new Pool(options.gatewayUrl, {
    connections: MOST_IN_FLIGHT,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const tally = new Tally();
  const pending = new Set<Promise<void>>();
  let labels: DueLabel[] = [];
  let [owed, last] = [0, performance.now()];

  const track = (work: Promise<void>) => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const sender = setInterval(() => {
    const now = performance.now();
    owed += ((now - last) * options.ratePerSecond) / 1000;
    last = now;
    for (; owed >= 1 && pending.size < MOST_IN_FLIGHT; owed -= 1) track(sendOne());
    // What the cap holds back is counted and not made up for: the rate is a bound, not a promise.
    tally.heldBack(Math.floor(owed));
    owed %= 1;
  }, TICK_MS);
  const labeller = setInterval(() => track(sendLabels(performance.now())), LABEL_BATCH_MS);

  async function sendOne(): Promise<void> {
    const { user, region, plan, body, label, isLabelled } = nextRequest();
    const sentAt = performance.now();
    try {
      const answer = await pool.request({
        method: 'POST',
        path: '/v2/models/digits/infer',
        headers: { 'content-type': 'application/json', 'x-user-key': user, 'x-region': region, 'x-plan': plan },
        body,
      });
      await answer.body.dump();
      const answeredAt = performance.now();
      const version = String(answer.headers['x-sluice-version'] ?? 'unknown');
      tally.answered({ user, status: answer.statusCode, version, sentAt, answeredAt });
      const predictionId = answer.headers['x-sluice-prediction-id'];
      if (isLabelled && typeof predictionId === 'string')
        labels.push({ predictionId, label, dueAt: answeredAt + options.labelDelayMs });
    } catch (error) {
      tally.broken(error);
    }
  }

  async function sendLabels(now: number): Promise<void> {
    const due = labels.filter(({ dueAt }) => dueAt <= now);
    labels = labels.filter(({ dueAt }) => dueAt > now);
    for (let start = 0; start < due.length; start += MOST_LABELS)
      await postLabels(due.slice(start, start + MOST_LABELS));
  }

  async function postLabels(due: readonly DueLabel[]): Promise<void> {
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/_sluice/feedback',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(due.map(({ predictionId, label }) => ({ predictionId, kind: 'label', label }))),
      });
      const answer = (await body.json()) as { accepted?: number; rejected?: unknown[] };
      tally.labelled(due.length, statusCode, answer.accepted ?? 0, answer.rejected?.length ?? 0);
    } catch {
      tally.labelled(due.length, 0, 0, 0);
    }
  }

  return {
    stats: () => tally.stats(),
    async stop() {
      clearInterval(sender);
      clearInterval(labeller);
      await Promise.all(pending);
      await sendLabels(Number.POSITIVE_INFINITY);
      await pool.close();
      return tally.stats();
    },
  };
}

function assertOptions({ ratePerSecond, users, labelDelayMs, labelShare }: TrafficOptions): void {
  const limits = [
    ['ratePerSecond', ratePerSecond, ratePerSecond > 0 && ratePerSecond <= HIGHEST_RATE, `0 to ${HIGHEST_RATE}, not 0`],
    ['users', users, Number.isInteger(users) && users >= 1, 'an integer of at least 1'],
    ['labelDelayMs', labelDelayMs, labelDelayMs >= 0, 'at least 0'],
    ['labelShare', labelShare, labelShare >= 0 && labelShare <= 1, '0..1'],
  ] as const;
  for (const [name, value, ok, limit] of limits) if (!ok) throw new RangeError(`${name} ${value}: expected ${limit}`);
}

interface NextRequest {
  readonly user: string;
  readonly region: string;
  readonly plan: string;
  readonly body: string;
  readonly label: string;
  readonly isLabelled: boolean;
}

/** Draws all of a request's chances before it is sent: drawn at its answer, they would depend on how fast that comes. */
function requestSource({ rowsPath, users, labelShare, seed }: TrafficOptions): () => NextRequest {
  const random = seededRandom(seed);
  const rows = readRows(rowsPath);
  const [first] = rows;
  if (first === undefined) throw new RangeError(`${rowsPath} has no rows`);
  return () => {
    const number = Math.floor(random() * users);
    const user = `user-${number}`;
    // Users have a place, and some are testers: what examples/digits-regions.yaml asks for.
    const region = REGIONS[number % REGIONS.length] ?? 'us';
    const plan = number % 50 === 0 ? 'internal' : 'free';
    const row = rows[Math.floor(random() * rows.length)] ?? first;
    return { user, region, plan, ...row, isLabelled: random() < labelShare };
  };
}

function readRows(path: string): { body: string; label: string }[] {
  const records: string[][] = parse(readFileSync(path, 'utf8'), { from_line: 2 });
  return records.map((record) => {
    const data = record.slice(0, -1).map(Number);
    const input = { name: 'predict', shape: [1, data.length], datatype: 'FP32', data };
    return { body: JSON.stringify({ inputs: [input] }), label: record.at(-1) ?? '' };
  });
}

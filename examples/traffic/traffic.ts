import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { Pool } from 'undici';
import { seededRandom } from './random.js';
import { Tally, type TrafficStats } from './tally.js';

export interface TrafficOptions {
  readonly gatewayUrl: string;
  /** CSV with a header: features, then `label`. */
  readonly rowsPath: string;
  readonly ratePerSecond: number;
  readonly users: number;
  /** How long after a prediction its true label is known. */
  readonly labelDelayMs: number;
  /** Share of predictions whose label ever becomes known, 0..1. */
  readonly labelShare: number;
  readonly seed: number;
}

export interface Traffic {
  stats(): TrafficStats;
  /** Waits for what is on its way, and sends the labels that are due. */
  stop(): Promise<TrafficStats>;
}

const MOST_IN_FLIGHT = 64;
const TICK_MS = 20;
const LABEL_BATCH_MS = 500;

interface DueLabel {
  readonly predictionId: string;
  readonly label: string;
  readonly dueAt: number;
}

/** Sends held-out rows, one a request, as many users at a bounded rate; later posts the true labels as feedback. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const rows = readRows(options.rowsPath);
  const random = seededRandom(options.seed);
  const pool = new Pool(options.gatewayUrl, { connections: MOST_IN_FLIGHT });
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
    // What the cap holds back is not made up for: the rate is a bound, not a promise.
    owed = Math.min(owed + ((now - last) * options.ratePerSecond) / 1000, MOST_IN_FLIGHT);
    last = now;
    for (; owed >= 1; owed -= 1) if (pending.size < MOST_IN_FLIGHT) track(sendOne());
  }, TICK_MS);
  const labeller = setInterval(() => track(sendLabels(performance.now())), LABEL_BATCH_MS);

  async function sendOne(): Promise<void> {
    const user = `user-${Math.floor(random() * options.users)}`;
    const row = rows[Math.floor(random() * rows.length)];
    if (row === undefined) return;
    const sentAt = performance.now();
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path: '/v2/models/digits/infer',
        headers: { 'content-type': 'application/json', 'x-user-key': user },
        body: row.request,
      });
      await body.dump();
      tally.answered(user, statusCode, String(headers['x-sluice-version'] ?? 'unknown'), performance.now() - sentAt);
      const predictionId = headers['x-sluice-prediction-id'];
      if (typeof predictionId === 'string' && random() < options.labelShare)
        labels.push({ predictionId, label: row.label, dueAt: performance.now() + options.labelDelayMs });
    } catch (error) {
      tally.broken(error);
    }
  }

  async function sendLabels(now: number): Promise<void> {
    const due = labels.filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) return;
    labels = labels.filter(({ dueAt }) => dueAt > now);
    const items = due.map(({ predictionId, label }) => ({ predictionId, kind: 'label', label }));
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/_sluice/feedback',
        body: JSON.stringify(items),
      });
      const answer = (await body.json()) as { accepted?: number; rejected?: unknown[] };
      tally.labelled(items.length, statusCode, answer.accepted ?? 0, answer.rejected?.length ?? 0);
    } catch {
      tally.labelled(items.length, 0, 0, 0);
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

function readRows(path: string): { request: string; label: string }[] {
  const records: string[][] = parse(readFileSync(path, 'utf8'), { from_line: 2 });
  return records.map((record) => {
    const data = record.slice(0, -1).map(Number);
    const input = { name: 'predict', shape: [1, data.length], datatype: 'FP32', data };
    return { request: JSON.stringify({ inputs: [input] }), label: record.at(-1) ?? '' };
  });
}

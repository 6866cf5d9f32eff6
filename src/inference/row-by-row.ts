import type { Prediction, Row } from '../ports/model-server.js';

type Inferred = { predictions: Prediction[]; latencyMs: number };

/** Asks for one row after the other; the latency is that of all calls together. */
export async function rowByRow(rows: readonly Row[], ask: (row: Row) => Promise<Inferred>): Promise<Inferred> {
  const all: Inferred = { predictions: [], latencyMs: 0 };
  for (const row of rows) {
    const { predictions, latencyMs } = await ask(row);
    all.predictions.push(...predictions);
    all.latencyMs += latencyMs;
  }
  return all;
}

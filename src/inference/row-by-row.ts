import type { Inference, Row } from '../ports/model-server.js';

/** Asks for one row after the other; latency and sizes are those of all calls together. */
export async function rowByRow(rows: readonly Row[], ask: (row: Row) => Promise<Inference>): Promise<Inference> {
  const all = { predictions: [] as Inference['predictions'], latencyMs: 0, bytes: { sent: 0, received: 0 } };
  for (const row of rows) {
    const { predictions, latencyMs, bytes } = await ask(row);
    all.predictions.push(...predictions);
    all.latencyMs += latencyMs;
    all.bytes.sent += bytes?.sent ?? 0;
    all.bytes.received += bytes?.received ?? 0;
  }
  return all;
}

import { datasetDeps, openDataset } from '../../src/datasets/open-dataset.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';

/** A process of its own, so that only the reading is measured: `peak-memory.ts <folder> <file>`. */
export interface Peak {
  readonly rows: number;
  readonly digest: string;
  readonly sum: number;
  readonly growthMb: number;
}

async function main([folder = '.', file = '']: readonly string[]): Promise<void> {
  const deps = datasetDeps({ dataDir: folder, allowed: parseAllowedPrivate('') });
  const before = process.memoryUsage.rss();
  let peak = before;
  let rows = 0;
  let sum = 0;
  const dataset = await openDataset(file, deps);
  for await (const batch of dataset.batches({ size: 1000 })) {
    rows += batch.length;
    sum += batch[0]?.features[0] ?? 0;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const found: Peak = { rows, digest: await dataset.digest(), sum, growthMb: (peak - before) / 2 ** 20 };
  process.stdout.write(JSON.stringify(found));
}

await main(process.argv.slice(2));

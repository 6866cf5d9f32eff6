import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetDeps, openDataset } from '../../src/datasets/open-dataset.js';
import { validation } from '../../src/domain/spec/validation/index.js';
import type { ValidationReport } from '../../src/domain/validation.js';
import { createModelServer } from '../../src/inference/model-server.js';
import { LOOPBACK_ONLY, parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { result } from '../../src/validation/judge-value.js';
import { runSuite } from '../../src/validation/run-suite.js';

/** A suite in a process of its own, which may be killed or measured; progress lies in its folder: `suite-process.ts <folder> <url> <plan as JSON> [runs]`. */
export interface SuiteProcessResult {
  readonly report: ValidationReport;
  /** Of the resident set, from before the suite to its highest. */
  readonly growthMb: number;
}

async function main([folder = '.', url = '', plan = '{}', runs = '1']: readonly string[]): Promise<void> {
  const datasets = datasetDeps({ dataDir: folder, allowed: parseAllowedPrivate(LOOPBACK_ONLY), env: {} });
  const progress = join(folder, 'progress.json');
  const before = process.memoryUsage.rss();
  let peak = before;
  const watching = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const run = () =>
    runSuite(
      {
        id: 'one',
        service: 'digits',
        rolloutId: null,
        protocol: { kind: 'open-inference', model: 'digits', unitKey: 'request' },
        candidate: { version: 'v2', url },
        baseline: { version: 'v1', url },
        plan: validation.parse(JSON.parse(plan)),
      },
      {
        openDataset: (spec, signal) => openDataset(spec, datasets, signal),
        modelServer: (target, protocol) => createModelServer(target, protocol),
        progress: progressIn(progress),
        custom: { run: async (check) => result(check, { verdict: 'pass', reason: 'as asked' }) },
      },
      { signal: new AbortController().signal, beat: () => undefined },
    );
  // A worker has long been at work when a suite comes: its code is warm. What one suite has found must not be taken for the next one's.
  if (Number(runs) > 1) await rm(progress, { force: true });
  let report = await run();
  for (let again = 1; again < Number(runs); again += 1) {
    await rm(progress, { force: true });
    report = await run();
  }
  clearInterval(watching);
  const found: SuiteProcessResult = { report, growthMb: (peak - before) / 2 ** 20 };
  process.stdout.write(JSON.stringify(found));
}

function progressIn(file: string) {
  return {
    async saveProgress(_key: string, progress: unknown) {
      await writeFile(`${file}.new`, JSON.stringify(progress));
      await rename(`${file}.new`, file);
    },
    progress: (): Promise<unknown> => readFile(file, 'utf8').then(JSON.parse, () => null),
  };
}

await main(process.argv.slice(2));

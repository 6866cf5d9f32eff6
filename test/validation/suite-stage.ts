import { validation } from '../../src/domain/spec/validation/index.js';
import type { CheckResult, ValidationReport } from '../../src/domain/validation.js';
import { createModelServer } from '../../src/inference/model-server.js';
import { result } from '../../src/validation/judge-value.js';
import { runSuite } from '../../src/validation/run-suite.js';
import type { SuiteDeps, SuiteInput, SuiteProgress } from '../../src/validation/suite.js';
import { type DataFolder, dataFolder } from '../datasets/reading.js';
import { ScriptedModel } from './scripted-model.js';

/** Progress in this process's memory; as text, so that nothing lives on that a database would not keep. */
function progressInMemory() {
  const kept = new Map<string, string>();
  return {
    kept,
    saves: 0,
    async saveProgress(key: string, progress: unknown) {
      this.saves += 1;
      kept.set(key, JSON.stringify(progress));
    },
    async progress(key: string): Promise<unknown> {
      const text = kept.get(key);
      return text === undefined ? null : JSON.parse(text);
    },
    async clearProgress(key: string) {
      kept.delete(key);
    },
  };
}

/** Two real servers, a real data set, and a suite between them. */
export class SuiteStage {
  readonly candidate = new ScriptedModel();
  readonly baseline = new ScriptedModel();
  readonly progress = progressInMemory();
  readonly beats: SuiteProgress[] = [];
  folder: DataFolder = undefined as unknown as DataFolder;
  patienceMs = 1000;
  timeoutMs = 2000;
  custom: SuiteDeps['custom'] = { run: async (check) => result(check, { verdict: 'pass', reason: 'as asked' }) };
  private stop = new AbortController();

  async open(): Promise<this> {
    this.folder = await dataFolder();
    await Promise.all([this.candidate.start(), this.baseline.start()]);
    return this;
  }

  async close(): Promise<void> {
    await Promise.all([this.candidate.stop(), this.baseline.stop()]);
    await this.folder.remove();
  }

  /** Rows 0 … n - 1: their number, something else, and whether the number is odd. */
  async writeRows(n: number, name = 'x.csv'): Promise<void> {
    const rows = Array.from({ length: n }, (_, i) => `${i},${i / 10},${i % 2}`);
    await this.folder.write(name, `n,x,label\n${rows.join('\n')}\n`);
  }

  input({ candidate = 'v2', ...plan }: PlanParts, id = 'suite-1'): SuiteInput {
    return {
      id,
      service: 'digits',
      rolloutId: null,
      protocol: { kind: 'open-inference', model: 'digits', unitKey: 'request' },
      candidate: { version: candidate, url: this.candidate.url },
      baseline: { version: 'v1', url: this.baseline.url },
      plan: validation.parse({ dataset: 'x.csv', batchSize: 10, ...plan }),
    };
  }

  deps(): SuiteDeps {
    return {
      openDataset: (spec) => this.folder.open(spec),
      modelServer: (target, protocol) => createModelServer(target, protocol, { timeoutMs: this.timeoutMs }),
      progress: this.progress,
      custom: this.custom,
      patienceMs: this.patienceMs,
    };
  }

  async run(plan: PlanParts, id?: string): Promise<ValidationReport> {
    this.stop = new AbortController();
    const watch = { signal: this.stop.signal, beat: (at: SuiteProgress) => void this.beats.push(at) };
    const input = this.input(plan, id);
    const report = await runSuite(input, this.deps(), watch);
    await this.progress.clearProgress(input.id);
    return report;
  }

  cancel(): void {
    this.stop.abort(new Error('cancelled'));
  }
}

/** @param candidate the label of its version */
export type PlanParts = Record<string, unknown> & { readonly checks: readonly unknown[]; readonly candidate?: string };

export function checkOf(report: Pick<ValidationReport, 'checks'>, name: string): CheckResult {
  const found = report.checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`no check ${name} among ${report.checks.map((c) => c.name).join(', ')}`);
  return found;
}

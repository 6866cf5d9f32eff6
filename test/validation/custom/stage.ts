import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckOf } from '../../../src/domain/spec/validation/index.js';
import type { CheckResult } from '../../../src/domain/validation.js';
import type { ModelServer } from '../../../src/ports/model-server.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import { createCustomChecks } from '../../../src/validation/custom/index.js';
import type { ProbeStage } from '../../../src/validation/probe-stage.js';
import type { SuiteInput } from '../../../src/validation/suite.js';

export type CustomCheck = CheckOf<'custom'>;

/** A model that answers each row with its first number plus `shift`, and counts what it was asked. */
function echoModel(shift = 0): ModelServer & { readonly calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    assertReady: () => Promise.resolve(),
    metadata: () => Promise.reject(new Error('not asked here')),
    infer(rows) {
      calls.push(rows.length);
      const predictions = rows.map(([first]) => ({ label: String(Number(first) + shift), scores: null }));
      return Promise.resolve({ predictions, latencyMs: 1 });
    },
  };
}

export const sampleOf = (rows: number): AnsweredRow[] =>
  Array.from({ length: rows }, (_, index) => ({
    index,
    features: [index, 1],
    label: String(index % 2),
    fields: { region: 'north' },
    candidate: { label: String(index % 2), scores: [0.25, 0.75] },
    baseline: null,
  }));

export const INPUT = {
  id: 'rollout/digits/run.1/validate',
  service: 'digits',
  rolloutId: 'digits-1',
  candidate: { version: 'v2', url: 'http://127.0.0.1:8120' },
  baseline: { version: 'v1', url: 'http://127.0.0.1:8110' },
} as unknown as SuiteInput;

export const SO_FAR = [
  {
    name: 'accuracy',
    metric: 'accuracy',
    severity: 'critical',
    verdict: 'pass',
    reason: 'accuracy: candidate 98 %',
    candidate: { samples: 10, value: 0.98 },
    baseline: { samples: 0, value: null },
    limits: { min: 0.9 },
    better: 'higher',
  },
] as const satisfies readonly CheckResult[];

/** A folder of modules, and a suite that runs one of them. */
export class CustomStage {
  readonly candidate = echoModel();
  readonly baseline = echoModel(100);
  readonly beats: string[] = [];
  readonly ending = new AbortController();
  sample = sampleOf(10);
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<CustomStage> {
    return new CustomStage(await mkdtemp(join(tmpdir(), 'sluice-custom-')));
  }

  async file(path: string, text: string): Promise<string> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), text);
    return path;
  }

  /** Writes the module and runs it. */
  async module(text: string, over: Partial<CustomCheck> = {}, path = 'check.mjs'): Promise<CheckResult> {
    return this.run({ module: await this.file(path, text), timeout: 90_000, ...over });
  }

  run(over: Partial<CustomCheck>, deps: Partial<Parameters<typeof createCustomChecks>[0]> = {}): Promise<CheckResult> {
    const check: CustomCheck = { metric: 'custom', name: 'mine', ...over };
    return createCustomChecks({ dataDir: this.folder, ...deps }).run(check, INPUT, SO_FAR, this.stage());
  }

  stage(): ProbeStage {
    const { candidate, baseline, sample, ending, beats } = this;
    const columns = { features: ['a', 'b'], label: 'label', fields: ['region'] };
    const beat = (what: string) => void beats.push(what);
    return { candidate, baseline, columns, sample, batchSize: 50, patienceMs: 30_000, signal: ending.signal, beat };
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { amtoolBinary, promtoolBinary } from './programs.js';

const RULES = 'deploy/prometheus/rules';
const TESTS = 'test/prometheus/rules';
const rulesOf = (file: string) => join(RULES, file);
const files = readdirSync(RULES);
const withPromtool = promtoolBinary === null ? test.skip : test;

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}
const rules = files.flatMap((file) =>
  (parse(readFileSync(rulesOf(file), 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  ),
);
const alerts = rules.filter(({ alert }) => alert !== undefined);

/** What a tool says; rejects where it is not content. */
async function run(program: string | null, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program ?? '', args);
  return stdout + stderr;
}

describe('rules', () => {
  withPromtool('are rules', async () => {
    expect(await run(promtoolBinary, 'check', 'rules', ...files.map(rulesOf))).toContain('SUCCESS');
  });

  withPromtool.each(readdirSync(TESTS))('%s: promtool test rules', async (file) => {
    expect(await run(promtoolBinary, 'test', 'rules', join(TESTS, file))).toContain('SUCCESS');
  });

  withPromtool('a test that expects something else fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-promtool-'));
    const path = join(folder, 'wrong.yml');
    const text = readFileSync(join(TESTS, 'models.yml'), 'utf8').replaceAll('../../..', process.cwd());
    await writeFile(path, text.replace('Accuracy of digits v2', 'Accuracy of digits v9'));
    await expect(run(promtoolBinary, 'test', 'rules', path)).rejects.toThrow('FAILED');
    await rm(folder, { recursive: true });
  });

  test('each one is in a test: an alert fires in one, a recording is asked for', () => {
    const tested = readdirSync(TESTS).map((file) => readFileSync(join(TESTS, file), 'utf8'));
    for (const { alert, record } of rules) {
      const wanted = alert === undefined ? record : `alertname: ${alert}\n`;
      expect([wanted, tested.some((text) => text.includes(wanted ?? '?'))]).toEqual([wanted, true]);
    }
  });

  test.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s says how bad it is and what it means',
    (_, { labels, annotations }) => {
      expect(labels?.['severity']).toMatch(/^(critical|warning)$/);
      expect(annotations).toEqual({ summary: expect.any(String), description: expect.any(String) });
    },
  );

  test('only what a candidate or a model is to blame for is critical and names a service', () => {
    const blaming = alerts.filter(
      ({ labels, expr }) => labels?.['severity'] === 'critical' && /sluice:|model_/.test(expr),
    );
    expect(blaming.map(({ alert }) => alert)).toEqual([
      'ModelAccuracyDrop',
      'CandidatePredictionDrift',
      'CandidateErrorRate',
      'CandidateLatency',
    ]);
  });

  test('ModelAccuracyDrop is as it was asked for', () => {
    expect(alerts.find(({ alert }) => alert === 'ModelAccuracyDrop')).toMatchObject({
      expr: 'model_accuracy < 0.9',
      for: '1h',
      labels: { severity: 'critical' },
    });
  });
});

describe('configuration', () => {
  withPromtool('prometheus.yml', async () => {
    expect(await run(promtoolBinary, 'check', 'config', 'deploy/prometheus/prometheus.yml')).toContain('SUCCESS');
  });
  (amtoolBinary === null ? test.skip : test)('alertmanager.yml', async () => {
    expect(await run(amtoolBinary, 'check-config', 'deploy/prometheus/alertmanager.yml')).toContain('SUCCESS');
    const routed = (...labels: string[]) =>
      run(amtoolBinary, 'config', 'routes', 'test', '--config.file=deploy/prometheus/alertmanager.yml', ...labels);
    expect(await routed('alertname=CandidatePredictionDrift', 'service=digits')).toMatch(/^sluice\n/);
    expect(await routed('alertname=WorkerMissing')).toMatch(/^nobody\n/);
  });

  test('the jobs that rules ask for are those of prometheus.yml', () => {
    const jobs = (
      parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as { scrape_configs: { job_name: string }[] }
    ).scrape_configs.map(({ job_name }) => job_name);
    const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]*)"/g)].map(([, job]) => job));
    expect(asked.length).toBeGreaterThan(4);
    for (const job of asked) expect(jobs).toContain(job);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadMonitor } from '../../../src/client/load-monitor.js';
import { guardrail } from '../../../src/domain/spec/guardrail.js';
import { monitorSpec } from '../../../src/domain/spec/monitors/index.js';
import { rolloutSpec } from '../../../src/domain/spec/rollout-spec.js';
import { readDocument } from '../../../src/yaml/read-document.js';
import { PLAIN_SPEC } from '../../domain/plain-spec.js';

const DOCUMENT = `sluice: monitor/v1
name: deps
service: digits
every: 30s
kind: dependencies
nodes:
  - { name: db, probe: { tcp: { host: 127.0.0.1, port: 5432 } } }
rules:
  - { metric: impact, max: 0.5, for: 5m, action: pause }
  - { finding: critical, cause: environment, action: pause }
  - { unmeasured: true, for: 15m }
notify:
  - { webhook: https://hooks.example.test/ }
escalate:
  - { after: 15m, notify: [{ slack: { urlRef: SLUICE_SECRET_SLACK } }] }
`;
const read = (text: string) => readDocument(text, monitorSpec, 'm.yaml');

describe('the document', () => {
  test('is read from a file, defaults filled in', async () => {
    const path = join(tmpdir(), `monitor-${process.pid}.yaml`);
    await writeFile(path, DOCUMENT);
    expect(await loadMonitor(path)).toMatchObject({
      every: 30_000,
      timeout: 60_000,
      keep: 7 * 86_400_000,
      rules: [
        { metric: 'impact', for: 300_000, severity: 'critical', action: 'pause' },
        { finding: 'critical', for: 0, severity: 'critical' },
        { unmeasured: true, for: 900_000, severity: 'warning', action: 'note' },
      ],
    });
    await expect(loadMonitor('/nowhere.yaml')).rejects.toMatchObject({ code: 'USAGE' });
  });

  test.each([
    ['every: 30s', 'every: 9s', /m\.yaml:4:8: every: expected 10s to 7d/],
    ['max: 0.5, ', '', /9:5: rules\.0: a limit is missing: min or max/],
    ['max: 0.5', 'min: 2, max: 0.5', /rules\.0\.min: min 2 is above max 0\.5/],
    [
      'metric: impact',
      'metric: impact, finding: critical',
      /rules\.0: expected exactly one of metric, finding and unm/,
    ],
    ['for: 15m', 'for: 15m, action: rollback', /rules\.2\.action: not knowing is no reason to roll back/],
    [
      'for: 5m, action: pause',
      'severity: warning, action: rollback',
      /rules\.0\.severity: a rollout notes what is not/,
    ],
    ['finding: critical, ', 'metric: impact, max: 1, ', /rules\.1\.cause: cause belongs to finding/],
    ['kind: dependencies', 'kind: weather', /kind: expected model, features, .*dependencies/],
    ['name: db', 'name: DB', /nodes\.0\.name: expected 1 to 63 lower-case/],
    ['rules:', 'ruels:', /unknown key ruels/],
    ['https://hooks', 'http://hooks', /notify\.0\.webhook: http to another machine/],
  ])('%s -> %s: refused, and where', (from, to, why) => {
    expect(() => read(DOCUMENT.replace(from, to))).toThrow(why);
  });
});

test('a rollout may name a monitor as a guardrail, each once', () => {
  const specOf = (...names: string[]) =>
    rolloutSpec.safeParse({
      ...PLAIN_SPEC,
      guardrails: names.map((monitor) => ({ metric: 'monitor', monitor })),
      phases: { canary: { steps: [{ setWeight: 10, bake: '1m' }] } },
    });
  expect(specOf('deps', 'logs').data?.guardrails).toEqual([
    { metric: 'monitor', monitor: 'deps', maxAge: 300_000, dryRun: false },
    { metric: 'monitor', monitor: 'logs', maxAge: 300_000, dryRun: false },
  ]);
  expect(specOf('deps', 'deps').error?.issues[0]?.message).toBe('guardrail monitor:deps is given twice');
});

test('the examples of the documentation are valid', async () => {
  const page = await readFile(new URL('../../../docs/incidents.md', import.meta.url), 'utf8');
  const [monitor, rollout] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml) as unknown);
  expect(monitorSpec.parse(monitor)).toMatchObject({ name: 'deps', rules: { length: 4 } });
  const { guardrails } = rollout as { guardrails: unknown[] };
  expect(guardrails.map((one) => guardrail.parse(one).metric)).toEqual(['error_rate', 'monitor']);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resources } from '../../../src/domain/spec/monitors/resources.js';
import { evaluateResources, type ResourceState } from '../../../src/monitors/resources/evaluate.js';
import { measured, type TargetReading, unmeasured } from '../../../src/monitors/resources/reading.js';
import { takeReading } from '../../../src/monitors/resources/trouble.js';

const CPU = { resource: 'cpu', enter: 0.9, leave: 0.8, severity: 'critical' };
const prometheus = { exporter: 'node' };
const TWO = [
  { name: 'stable', version: 'v1', prometheus },
  { name: 'trial', version: 'v2', prometheus },
];
const specOf = (over: object = {}) =>
  resources.parse({ kind: 'resources', targets: TWO, limits: [CPU], enterAfter: 1, coolDown: '2m', ...over });
const minute = (at: number) => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();
const cpu = (...values: number[]): TargetReading => ({
  memory: measured(new Map([['i0', 0.1]])),
  disk: measured(new Map([['i0', 0.1]])),
  cpu: measured(new Map(values.map((value, at) => [`i${at}`, value]))),
});
const run = (readings: Record<string, TargetReading>, at = 0, state: unknown = null, spec = specOf()) =>
  evaluateResources(spec, new Map(Object.entries(readings)), {
    service: 'digits',
    monitor: 'servers',
    at: minute(at),
    state: JSON.parse(JSON.stringify(state)) as unknown,
  });

describe('whose fault it is', () => {
  test('the version’s, where it alone is in trouble', () => {
    const { reading } = run({ stable: cpu(0.3, 0.4), trial: cpu(0.95) });
    expect(reading).toMatchObject({ verdict: 'fail', kind: 'resources' });
    expect(reading.findings).toMatchObject([
      {
        key: 'resource:trial:cpu:critical:i0',
        cause: 'version',
        version: 'v2',
        subject: 'i0',
        value: 0.95,
        limit: 0.9,
      },
    ]);
    expect(reading.reason).toBe(`cpu of i0 (v2) has been over 90 % since ${minute(0)}, now 95 %`);
  });

  test('nobody’s, where others are in trouble as well, or nothing is known of them', () => {
    const both = run({ stable: cpu(0.3, 0.97), trial: cpu(0.95) });
    expect(both.reading.findings.map(({ cause }) => cause)).toEqual(['environment', 'environment']);
    const alone = run({ stable: { cpu: unmeasured('away') }, trial: cpu(0.95) });
    expect(alone.reading.findings).toMatchObject([{ cause: 'environment', version: 'v2' }]);
    expect(run({ stable: cpu(), trial: cpu(0.95) }).reading.findings).toMatchObject([{ cause: 'environment' }]);
  });

  test('nobody’s, where the instances serve several versions', () => {
    const spec = specOf({ targets: [{ name: 'shared', prometheus }, ...TWO] });
    const { reading } = run({ shared: cpu(0.95), stable: cpu(0.1), trial: cpu(0.1) }, 0, null, spec);
    expect(reading.findings).toMatchObject([{ cause: 'environment', version: null }]);
  });
});

describe('what can not be measured', () => {
  test.each<[string, TargetReading, string]>([
    [
      'no answer',
      { ...cpu(0.1), cpu: unmeasured('Prometheus: timeout: slow') },
      'cpu of trial (Prometheus: timeout: slow)',
    ],
    ['no instance', cpu(), 'cpu of trial (0 instances in sight, expected 1 at least)'],
    ['nothing', {}, 'cpu of trial (it was not read)'],
  ])('%s: inconclusive', (_, trial, reason) => {
    const { reading } = run({ stable: cpu(0.1), trial });
    expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
    expect(reading.reason).toContain(reason);
  });

  test('does not hide what fails', () => {
    expect(run({ stable: {}, trial: cpu(0.99) }).reading.verdict).toBe('fail');
  });

  test('what was in trouble stays so; an instance that is gone does not', () => {
    const bad = run({ stable: cpu(0.1), trial: cpu(0.1, 0.95) });
    const away = run({ stable: cpu(0.1), trial: { ...cpu(0.1), cpu: unmeasured('away') } }, 1, bad.state);
    expect(away.reading).toMatchObject({ verdict: 'fail', findings: [{ subject: 'i1' }] });
    expect(run({ stable: cpu(0.1), trial: cpu(0.1) }, 2, away.state).reading.verdict).toBe('pass');
  });
});

describe('an instance without a number among others', () => {
  const unread = new Map([['i1', 'the answer is NaN']]);
  const blind = { cpu: measured(new Map([['i0', 0.3]]), unread) };

  test('is a gap, and hides nothing of the others', () => {
    const { reading } = run({ stable: cpu(0.1), trial: { ...cpu(), ...blind } });
    expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
    expect(reading.reason).toContain('cpu of i1 of trial (the answer is NaN)');
    expect(reading.values).toContainEqual(
      expect.objectContaining({ subject: 'i1', value: null, samples: 0, why: 'the answer is NaN' }),
    );
    const worse = { cpu: measured(new Map([['i0', 0.99]]), unread) };
    expect(run({ stable: cpu(0.1), trial: worse }).reading).toMatchObject({
      verdict: 'fail',
      findings: [{ subject: 'i0' }],
    });
  });

  test('keeps its trouble until it is seen to be well', () => {
    const bad = run({ stable: cpu(0.1), trial: cpu(0.1, 0.95) });
    const away = run({ stable: cpu(0.1), trial: blind }, 1, bad.state);
    expect(away.reading).toMatchObject({ verdict: 'fail', findings: [{ subject: 'i1' }] });
    expect(Object.keys((away.state as ResourceState).troubles)).toEqual(['trial:cpu:critical:i1']);
    const calm = run({ stable: cpu(0.1), trial: cpu(0.1, 0.1) }, 2, away.state);
    expect(run({ stable: cpu(0.1), trial: cpu(0.1, 0.1) }, 4, calm.state).reading.verdict).toBe('pass');
  });

  test('counts as one in sight', () => {
    const spec = specOf({ targets: [{ ...TWO[0] }, { ...TWO[1], minInstances: 2 }] });
    expect(
      run({ stable: cpu(0.1), trial: { ...cpu(0.1, 0.1), ...blind } }, 0, null, spec).reading.reason,
    ).not.toContain('cpu of trial');
  });
});

describe('hysteresis', () => {
  test('trouble needs so many runs in a row', () => {
    const spec = specOf({ enterAfter: 2 });
    const one = run({ stable: cpu(0.1), trial: cpu(0.95) }, 0, null, spec);
    const dip = run({ stable: cpu(0.1), trial: cpu(0.89) }, 1, one.state, spec);
    const again = run({ stable: cpu(0.1), trial: cpu(0.95) }, 2, dip.state, spec);
    const third = run({ stable: cpu(0.1), trial: cpu(0.95) }, 3, again.state, spec);
    expect([one, dip, again, third].map(({ reading }) => reading.verdict)).toEqual(['pass', 'pass', 'pass', 'fail']);
  });

  test('and is over once it has been below `leave` for the cool-down', () => {
    const course = [0.95, 0.85, 0.7, 0.85, 0.7, 0.7, 0.7];
    let state: unknown = null;
    const verdicts = course.map((value, at) => {
      const outcome = run({ stable: cpu(0.1), trial: cpu(value) }, at, state);
      ({ state } = outcome);
      return outcome.reading.verdict;
    });
    expect(verdicts).toEqual(['fail', 'fail', 'fail', 'fail', 'fail', 'fail', 'pass']);
    expect((state as ResourceState).troubles).toEqual({});
  });

  test('never lets a value at or above `enter` pass, and ends after calm', () => {
    const rule = { enterAfter: 1, coolDown: 120_000 };
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 30 }), (values) => {
        let trouble = null as ReturnType<typeof takeReading>;
        for (const [at, value] of values.entries()) {
          trouble = takeReading(trouble, value, CPU, { ...rule, at: minute(at) });
          if (value >= CPU.enter) expect(trouble?.since).not.toBeNull();
        }
        for (let at = 0; at < 4; at += 1)
          trouble = takeReading(trouble, 0, CPU, { ...rule, at: minute(values.length + at) });
        expect(trouble).toBeNull();
      }),
    );
  });
});

describe('bounds', () => {
  test('of findings, values and what is kept', () => {
    const many = Array.from({ length: 3000 }, () => 0.99);
    const { reading, state } = run({ stable: cpu(...many), trial: cpu(...many) });
    expect([reading.findings.length, reading.values.length]).toEqual([100, 2000]);
    expect(Object.keys((state as ResourceState).troubles)).toHaveLength(2000);
    expect(reading.reason.length).toBeLessThan(1000);
  });

  test('a warning passes, with its reason', () => {
    const spec = specOf({ limits: [{ ...CPU, severity: 'warning' }] });
    const { reading } = run({ stable: cpu(0.1), trial: cpu(0.95) }, 0, null, spec);
    expect(reading).toMatchObject({ verdict: 'pass', findings: [{ severity: 'warning' }] });
    expect(run({ stable: cpu(0.1), trial: cpu(0.2) }).reading.reason).toBe(
      'the highest of 6 readings: cpu of i0 at 20 %',
    );
  });
});

describe('a spec refuses', () => {
  const issues = (over: object) =>
    resources.safeParse({ kind: 'resources', targets: TWO, ...over }).error?.issues.map(({ message }) => message) ?? [];
  test.each([
    ['a process without a capacity', { targets: [{ name: 'a', prometheus: {} }] }, 'give cpuCores or memoryBytes'],
    [
      'a limit nobody can measure',
      { limits: [{ ...CPU, resource: 'network' }] },
      'network can be measured of no target',
    ],
    ['a limit twice', { limits: [CPU, CPU] }, 'critical of cpu is given twice'],
    ['a target twice', { targets: [TWO[0], TWO[0]] }, 'target stable is given twice'],
    ['two sources', { targets: [{ ...TWO[0], local: { machine: true } }] }, 'exactly one of prometheus and local'],
    [
      'a port and a pid',
      { targets: [{ name: 'a', local: { port: 1, pid: 1 } }] },
      'exactly one of port, pid and machine',
    ],
    ['leave above enter', { limits: [{ ...CPU, leave: 0.95 }] }, 'leave is above enter'],
    [
      'a label that is none',
      { targets: [{ name: 'a', prometheus: { ...prometheus, match: { 'a"': 'b' } } }] },
      'Invalid key',
    ],
    ['custom without queries', { targets: [{ name: 'a', prometheus: { exporter: 'custom' } }] }, 'needs a query'],
  ])('%s', (_, over, message) => {
    expect(issues(over).join()).toContain(message);
  });

  test('nothing of what is written as it should be', () => {
    expect(issues({})).toEqual([]);
    expect(issues({ targets: [{ name: 'a', local: { port: 8110 } }] })).toEqual([]);
    expect(issues({ targets: [{ name: 'a', prometheus: {}, capacity: { memoryBytes: 1e9 } }] })).toEqual([]);
  });
});

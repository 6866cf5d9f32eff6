import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Finding, RunMonitor } from '../../src/domain/monitor.js';
import { type MonitorSpec, monitorSpec } from '../../src/domain/spec/monitors/index.js';
import { runMonitorOnce } from '../../src/incidents/run-once.js';
import { toldKey } from '../../src/incidents/telling.js';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { newService } from '../stores/observation-fixtures.js';

let store: Store;
beforeAll(async () => {
  store = await openStore({});
});
afterAll(() => store.close());

const START = Date.parse('2026-11-21T10:00:00.000Z');
const specOf = (service: string, receivers: readonly string[] = []) =>
  monitorSpec.parse({
    sluice: 'monitor/v1',
    kind: 'dependencies',
    name: 'deps',
    service,
    every: '60s',
    nodes: [{ name: 'db', probe: { tcp: { host: 'db.example.test', port: 5432 } } }],
    rules: [{ finding: 'critical', action: 'note' }],
    ...(receivers.length === 0 ? {} : { notify: receivers.map((webhook) => ({ webhook })) }),
  });
const finding = (key: string): Finding => ({
  key,
  severity: 'critical',
  cause: 'environment',
  version: null,
  subject: key,
  message: `${key} does not answer`,
  value: null,
  limit: null,
});
const measures =
  (broken: readonly string[]): RunMonitor<MonitorSpec> =>
  async (_, { service, monitor, at }) => ({
    state: null,
    reading: {
      service,
      monitor,
      kind: 'dependencies',
      at,
      window: null,
      verdict: broken.length > 0 ? 'fail' : 'pass',
      reason: '',
      findings: broken.map(finding),
      values: [],
    },
  });
type Kept = Pick<Store, 'incidents' | 'monitors' | 'rollouts'>;
const runOf = (spec: MonitorSpec, seconds: number, broken: readonly string[], by: Kept = store) => {
  const alerts = { send: async () => 'no-rollout' as const, close: async () => undefined };
  const deps = { store: by, alerts, measure: measures(broken), now: () => START + 1000 * seconds };
  return runMonitorOnce(deps, spec, new AbortController().signal);
};

test('what a run has ended and that is there again at its retry is trouble anew, though the run was broken off', async () => {
  const spec = specOf(newService());
  const run = (seconds: number, isBroken: boolean, by?: Kept) => runOf(spec, seconds, isBroken ? ['db'] : [], by);
  const cut: Kept = {
    incidents: store.incidents,
    rollouts: (services) => store.rollouts(services),
    monitors: { ...store.monitors, save: () => Promise.reject(new Error('the worker is gone')) },
  };
  const { summary: first } = await run(0, true);
  await expect(run(60, false, cut)).rejects.toThrow('the worker is gone');
  const { summary: again } = await run(70, true);
  expect(again.opened).toHaveLength(1);
  expect(again.opened).not.toEqual(first.opened);
  const { summary: later } = await run(130, true);
  expect(later).toMatchObject({ opened: [], ongoing: again.opened });

  // What a person has ended is not over for that.
  await store.incidents.resolve(again.opened[0] ?? '', { by: 'ann', reason: 'known' });
  expect((await run(190, true)).summary).toMatchObject({ opened: [], ongoing: [] });
});

test('a receiver that is away keeps nobody else from being told, however much there is to tell', async () => {
  const spec = specOf(newService(), ['https://away.example.test/', 'https://ops.example.test/']);
  const broken = Array.from({ length: 80 }, (_, n) => `node-${n}`);
  const told = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    const { errands } = await runOf(spec, 60 * n, broken);
    expect(errands.length).toBeLessThanOrEqual(50);
    for (const { target, notice } of errands) {
      if (!('webhook' in target) || target.webhook !== 'https://ops.example.test/') continue;
      told.add(notice.incidentId);
      const event = { key: toldKey(notice), kind: 'told', at: notice.at, by: 'sluice', text: 'ops' } as const;
      await store.incidents.append(notice.incidentId, event);
    }
  }
  expect(told.size).toBe(80);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { IncidentEvent } from '../../src/domain/incident.js';
import { openStore } from '../../src/stores/open-store.js';
import { connectTemporal, temporalSettings } from '../../src/temporal/connection.js';
import { Installation } from '../e2e/installation.js';
import { freePort } from '../setup/free-port.js';
import { checkMetrics, readPage } from './check-metrics.js';
import { metricsIn, queries } from './dashboards.js';
import { documented } from './documented.js';
import { Hops } from './hops.js';
import { alertmanagerProgram, prometheusBinary } from './programs.js';
import { type Monitoring, startMonitoring } from './shipped.js';

jest.setTimeout(300_000);
// Parts of one story, in order: what was rolled back can't be once more.
jest.retryTimes(0);
const TOKEN = 'the-alert-token-of-the-chain';
const suite = prometheusBinary === null || alertmanagerProgram === null ? describe.skip : describe;

/** The example without its in-process guardrails' say, with v1 instead of v2 before it, and a step that outlasts the chain. */
const unguarded = (ports: Installation['ports']) =>
  [
    [/(metric: \w+, margin: \w+(?:\.\d+)?) }/, '$1, dryRun: true }'],
    [/baseline: .*/, `baseline: { version: v1, url: http://127.0.0.1:${ports.v1} }`],
    ['bake: 15s', 'bake: 10m'],
  ] as const;

suite('gateway metrics, Prometheus, Alertmanager, webhook, signal', () => {
  let it: Installation;
  let monitoring: Monitoring;
  let workerMetrics: string;
  beforeAll(async () => {
    workerMetrics = `127.0.0.1:${await freePort()}`;
    Object.assign(process.env, { SLUICE_ALERT_TOKEN: TOKEN, SLUICE_WORKER_METRICS: workerMetrics });
    it = await Installation.open('prometheus');
    const at = (name: keyof Installation['ports']) => `127.0.0.1:${it.ports[name]}`;
    monitoring = await startMonitoring({
      gateway: at('admin'),
      worker: workerMetrics,
      api: at('api'),
      models: [at('v1'), at('v2')],
      token: TOKEN,
    });
  });
  afterAll(async () => {
    delete process.env['SLUICE_ALERT_TOKEN'];
    delete process.env['SLUICE_WORKER_METRICS'];
    await monitoring?.stop();
    await it?.close();
  });

  /** As Alertmanager sends it, by whoever likes to. */
  const forge = (authorization?: string) =>
    fetch(`${it.apiUrl}/v1/alerts/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify({
        version: '4',
        groupKey: 'forged',
        status: 'firing',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'Forged', severity: 'critical', service: 'digits' },
            startsAt: new Date().toISOString(),
            endsAt: '0001-01-01T00:00:00Z',
            fingerprint: 'f0f0',
          },
        ],
      }),
    });

  test('the broken model is rolled back by what Prometheus sees; a forged alert changes nothing', async () => {
    await until(async () => (await monitoring.query('sum(up) == 5')).length > 0, 'all targets are up');
    const path = await it.fileFrom('examples/digits-v3.yaml', 'unguarded.yaml', unguarded(it.ports));
    expect((await it.sluice('start', path)).code).toBe(0);
    const exposed = await it.until(({ weightPercent }) => weightPercent === 10);
    expect((await forge()).status).toBe(401);
    expect((await forge('Bearer the-token-of-somebody-else')).status).toBe(401);

    const hops = new Hops(monitoring, it);
    const seen = hops.watch();
    const ended = await it.until(({ status }) => status !== 'progressing', 150_000);
    await seen;
    expect(ended).toMatchObject({
      rolloutId: exposed.rolloutId,
      status: 'rolled-back',
      reason: expect.stringMatching(
        /^alert CandidatePredictionDrift: Predictions of digits v3 differ from the baseline's: total variation 0\.\d+\.$/,
      ),
    });
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v1' }, candidate: null });
    expect(it.newFailures()).toEqual([]);
    const decisions = await it.decisions(ended.rolloutId);
    expect(decisions.filter(({ reason }) => reason.includes('Forged'))).toEqual([]);

    const link = await connectTemporal({
      ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']),
      namespace: it.namespace,
    });
    const table = await hops.table(link.client, ended).finally(() => link.close());
    process.stdout.write(`\n${table.text}\n`);
    // The first is written once the gateways have the weight: Prometheus may ask them a moment before it is.
    const [exposedAt = Number.NaN, ...later] = table.times;
    expect(later).toEqual([...later].sort((a, b) => a - b));
    expect(later).toHaveLength(8);
    expect(later[0]).toBeGreaterThan(exposedAt - 1000);
  });

  test('it leaves an incident, which ends when the alert does', async () => {
    await until(async () => {
      const found = await incidentsOf(it, 'alert');
      return found.length === 1 && found[0]?.status === 'resolved';
    }, 'the incident of the alert is over');
    const [incident] = await incidentsOf(it, 'alert');
    expect(incident).toMatchObject({ severity: 'critical', version: 'v3', title: expect.stringMatching(/digits v3/) });
  });

  test('somebody who tries tokens is an alert as well', async () => {
    await until(
      async () => (await monitoring.query('ALERTS{alertname="WebhookRefused",alertstate="firing"}')).length > 0,
      'WebhookRefused fires',
    );
  });

  test('every page is clean, and every metric on it is in docs/metrics.md with its labels', async () => {
    const unknown: string[] = [];
    for (const url of [`${it.adminUrl}/metrics`, `${it.apiUrl}/metrics`]) {
      const page = await (await fetch(url)).text();
      expect(await checkMetrics(page)).toEqual([]);
      const { labels } = readPage(page);
      for (const [name, has] of labels) {
        const listed = documented().get(name);
        const strangers = [...has].filter((label) => label !== 'le' && !listed?.includes(label));
        if (listed === undefined || strangers.length > 0) unknown.push(`${name} ${strangers.join(' ')}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  describe('dashboards', () => {
    beforeAll(async () => {
      await readSomething(it);
      await until(async () => (await monitoring.query('sluice_monitor_value')).length > 0, 'a reading is scraped');
    });

    test.each(queries)('%s', async (_, expr) => {
      const names = await monitoring.names();
      // Failures that never were have no series; the query says so itself.
      const missing = metricsIn(expr).filter((name) => !names.includes(name));
      if (!expr.endsWith('or vector(0)')) expect(missing).toEqual([]);
      const found = await monitoring.range(expr, Date.now() - 240_000);
      const numbers = found.flatMap(({ values = [] }) => values.map(([, value]) => Number(value)));
      expect(numbers.filter(Number.isFinite).length).toBeGreaterThan(0);
    });
  });
});

interface ListedIncident {
  readonly source: string;
  readonly status: string;
  readonly severity: string;
  readonly version: string | null;
  readonly title: string;
  readonly events?: readonly IncidentEvent[];
}

async function incidentsOf(it: Installation, source: string): Promise<ListedIncident[]> {
  const answer = await fetch(`${it.apiUrl}/v1/incidents?active=false&service=digits&source=${source}`);
  const { incidents } = (await answer.json()) as { incidents: ListedIncident[] };
  return incidents.filter(({ title }) => title.includes('differ from the baseline'));
}

/** Readings of the two kinds of monitors that dashboards have panels for. */
async function readSomething(it: Installation): Promise<void> {
  // Its database, which it keeps to itself.
  const databaseUrl = (it as unknown as { env: Record<string, string> }).env['DATABASE_URL'];
  if (databaseUrl === undefined) throw new Error('dashboards are tested with PostgreSQL');
  const store = await openStore({ databaseUrl });
  const at = new Date().toISOString();
  for (const kind of ['model', 'features'] as const) {
    const value = { metric: 'share', subject: null, version: 'v1', value: 0.9, samples: 1000 };
    const reading = {
      service: 'digits',
      monitor: kind,
      kind,
      at,
      window: null,
      verdict: 'pass',
      reason: 'fine',
    } as const;
    const memory = { kind, at, state: null, rules: {} };
    await store.monitors.save({ ...reading, findings: [], values: [value] }, memory, at);
  }
  await store.close();
}

async function until(holds: () => Promise<boolean>, what: string, patienceMs = 120_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await sleep(250);
  }
}

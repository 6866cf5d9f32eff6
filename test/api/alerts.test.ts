import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ApiDeps, createApi } from '../../src/api/create-api.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { createAlertSink } from '../../src/client/send-alert.js';
import type { Alert } from '../../src/domain/alert.js';
import type { AlertSink } from '../../src/ports/alert-sink.js';
import type { Store } from '../../src/ports/store.js';
import { temporalSettings } from '../../src/temporal/connection.js';
import { freePort } from '../setup/free-port.js';
import { testStore } from '../setup/store.js';
import { freshNames, Stage, spec, World } from '../workflow/harness.js';
import { alertmanagerBinary, startAlertmanager } from './alertmanager.js';

jest.setTimeout(120_000);
const TOKEN = 'a-token-of-the-alert-suite';
const fresh = freshNames('alerts');

let store: Store;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store?.close());

const alertOf = (labels: Record<string, unknown>, more: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'HighErrorRate', severity: 'critical', ...labels },
  annotations: { summary: '5 % of answers are errors' },
  startsAt: '2026-11-21T10:00:00.123456789+01:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: '73c47e8f1bb0ccb1',
  ...more,
});
const webhookOf = (...alerts: object[]) => ({
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'sluice',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  alerts,
});
const post = (api: StartedApi, body: unknown, authorization?: string) =>
  fetch(`${api.url}/v1/alerts/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const answerOf = async (response: Response) => ({ status: response.status, body: await response.json() });

/** Keeps what it is given. */
class ListSink implements AlertSink {
  readonly sent: { service: string; alert: Alert }[] = [];
  async send(service: string, alert: Alert) {
    this.sent.push({ service, alert });
    return 'sent' as const;
  }
  async close() {}
}

describe('what Alertmanager says', () => {
  let api: StartedApi;
  const sink = new ListSink();
  beforeAll(async () => {
    api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: sink });
  });
  afterAll(() => api?.close());

  test('goes to the service that its labels name, with its start as part of its id', async () => {
    sink.sent.length = 0;
    const { status, body } = await answerOf(
      await post(
        api,
        webhookOf(
          alertOf({ service: 'digits' }),
          alertOf({ service: 'kube-svc', sluice_service: 'letters' }, { status: 'resolved', annotations: {} }),
          alertOf({ service: 'Not A Service' }),
          alertOf({ service: '../x' }),
          alertOf({}, { annotations: { description: 'x'.repeat(5000) } }),
        ),
      ),
    );
    expect(status).toBe(200);
    expect(body).toEqual({ received: 5, outcomes: { sent: 2, 'not-a-service': 2, 'no-service-label': 1 } });
    expect(sink.sent).toEqual([
      {
        service: 'digits',
        alert: {
          id: '73c47e8f1bb0ccb1 2026-11-21T10:00:00.123456789+01:00',
          status: 'firing',
          labels: { alertname: 'HighErrorRate', severity: 'critical', service: 'digits' },
          summary: '5 % of answers are errors',
        },
      },
      { service: 'letters', alert: expect.objectContaining({ status: 'resolved', summary: '' }) },
    ]);
  });

  test('is cut to what a rollout keeps, and takes a description where there is no summary', async () => {
    sink.sent.length = 0;
    const annotations = { description: 'd'.repeat(100_000) };
    const labels = { service: 'digits', path: 'p'.repeat(1000) };
    await post(api, webhookOf(alertOf(labels, { annotations, fingerprint: 'cccc' })));
    const { alert } = sink.sent[0]!;
    expect(alert.summary).toBe('d'.repeat(300));
    expect(alert.labels['path']).toHaveLength(300);
  });

  test('a thousand alerts at once', async () => {
    const alerts = Array.from({ length: 1000 }, (_, n) => alertOf({ service: `digits-${n}` }));
    const { body } = await answerOf(await post(api, webhookOf(...alerts)));
    expect(body).toEqual({ received: 1000, outcomes: { sent: 1000 } });
  });

  const good = alertOf({ service: 'digits' });
  const manyLabels = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`label_${n}`, 'x']));
  test.each<[string, unknown, number, RegExp]>([
    ['no alerts', webhookOf(), 400, /^alerts: /],
    ['no body', 'null', 400, /expected an object/],
    ['a list', [good], 400, /expected an object/],
    ['no JSON', '{', 400, /JSON/],
    ['another version', { ...webhookOf(good), version: '3' }, 400, /^version: expected version "4".* "3"/],
    ['alerts that are no list', { ...webhookOf(), alerts: good }, 400, /^alerts: expected a list/],
    [
      'more than 1,000',
      webhookOf(...Array.from({ length: 1001 }, () => ({ ...good, annotations: {} }))),
      400,
      /^alerts: .*1000/,
    ],
    ['a status of its own', webhookOf(good, alertOf({}, { status: 'maybe' })), 400, /^alerts\[1\]\.status: .*"maybe"/],
    ['labels that are no texts', webhookOf(alertOf({ service: 5 })), 400, /^alerts\[0\]\.labels\.service: .*5/],
    ['a huge label', webhookOf(alertOf({ service: 'x'.repeat(1001) })), 400, /^alerts\[0\]\.labels\.service: .*1000/],
    ['a huge name', webhookOf(alertOf({ ['y'.repeat(201)]: 'x' })), 400, /^alerts\[0\]\.labels\.y+: /],
    ['many labels', webhookOf(alertOf(manyLabels)), 400, /^alerts\[0\]\.labels: expected at most 50 labels/],
    ['no labels', webhookOf(alertOf({}, { labels: null })), 400, /^alerts\[0\]\.labels: /],
    ['a time that is none', webhookOf(alertOf({}, { startsAt: 'now' })), 400, /^alerts\[0\]\.startsAt: .*"now"/],
    ['no fingerprint', webhookOf(alertOf({}, { fingerprint: '' })), 400, /^alerts\[0\]\.fingerprint: /],
    ['more than 1 MB', webhookOf(alertOf({}, { annotations: { a: 'x'.repeat(1_048_576) } })), 413, /too large/],
  ])('%s: refused, naming the field', async (_, body, status, detail) => {
    sink.sent.length = 0;
    const response = await post(api, body);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status, code: 'USAGE', detail: expect.stringMatching(detail) });
    expect(sink.sent).toEqual([]);
  });
});

describe('who may', () => {
  test.each([
    ['nobody', undefined, 401],
    ['another token', 'Bearer another-token-of-somebody', 401],
    ['the admin token', 'Bearer the-admin-token-of-the-suite', 401],
    ['the token', `Bearer ${TOKEN}`, 200],
  ])('with a token: %s', async (_, authorization, status) => {
    const tokens = { adminToken: 'the-admin-token-of-the-suite', alertToken: TOKEN };
    const api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: new ListSink(), ...tokens });
    const answer = await answerOf(await post(api, webhookOf(alertOf({})), authorization));
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
    await api.close();
  });

  test('without a token, beyond loopback: nobody, and before the body is read', async () => {
    const api = await startApi({ store, host: '0.0.0.0', port: 0, alerts: new ListSink(), adminToken: TOKEN });
    const local = { ...api, url: api.url.replace('0.0.0.0', '127.0.0.1') };
    const { body } = await answerOf(await post(local, 'garbage'));
    expect(body).toMatchObject({ status: 401, detail: expect.stringMatching(/0\.0\.0\.0.*SLUICE_ALERT_TOKEN/) });
    await api.close();
  });

  test.each<[string, Partial<ApiDeps>]>([
    ['an admin token', { adminToken: 'the-admin-token-of-the-suite' }],
    ['a file of tokens', { auth: { tokens: { find: () => null }, oidc: null } }],
    [
      'an issuer',
      { auth: { tokens: null, oidc: { issuer: 'https://id.test', audience: 'a', rolesClaim: 'r', roles: {} } } },
    ],
  ])('with %s and none of its own, on loopback: nobody', async (_, deps) => {
    const sink = new ListSink();
    const api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: sink, ...deps });
    const { body } = await answerOf(await post(api, webhookOf(alertOf({ service: 'digits' }))));
    expect(body).toMatchObject({ status: 401, detail: expect.stringContaining('has no SLUICE_ALERT_TOKEN') });
    expect(sink.sent).toEqual([]);
    await api.close();
  });

  test('without any token, a name of another site that leads here is refused', async () => {
    const server = createApi({ store, alerts: new ListSink() });
    const ask = (host: string) =>
      server.inject({
        method: 'POST',
        url: '/v1/alerts/alertmanager',
        headers: { host },
        payload: webhookOf(alertOf({})),
      });
    expect([(await ask('evil.test')).statusCode, (await ask('localhost:8090')).statusCode]).toEqual([403, 200]);
    await server.close();
  });

  test('a short token is refused at the start, an api without Temporal takes no alerts', async () => {
    const alerts = new ListSink();
    expect(() => createApi({ store, alerts, alertToken: 'short' })).toThrow(/SLUICE_ALERT_TOKEN has 5 .*at least 16/);
    const api = await startApi({ store, host: '127.0.0.1', port: 0 });
    expect((await post(api, webhookOf(alertOf({})))).status).toBe(404);
    await api.close();
  });
});

const unhurried = {
  canary: { steps: [{ setWeight: 10, bake: '1h' as const }] },
  cutover: { keepBaselineWarm: '20ms' as const },
};

describe('on Temporal', () => {
  let stage: Stage;
  let api: StartedApi;
  let sink: AlertSink;
  beforeAll(async () => {
    stage = await Stage.open();
    sink = createAlertSink(temporalSettings(process.env['SLUICE_TEST_TEMPORAL']));
    api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: sink, alertToken: TOKEN });
  });
  afterAll(async () => {
    await api?.close();
    await sink?.close();
    await stage?.close();
  });
  const send = async (...alerts: object[]) => answerOf(await post(api, webhookOf(...alerts), `Bearer ${TOKEN}`));

  test('a critical alert rolls a canary back; a hundred repeats are one line of the ledger', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(unhurried, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      const warning = alertOf({ service, severity: 'warning' }, { fingerprint: 'aaaa' });
      const answers = await Promise.all(Array.from({ length: 100 }, () => send(warning)));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toEqual(
        new Set([JSON.stringify({ received: 1, outcomes: { sent: 1 } })]),
      );
      expect((await rollout.state()).status).toBe('progressing');
      const elsewhere = alertOf({ service: `${service}-other` });
      expect(await send(alertOf({ service }), elsewhere)).toEqual({
        status: 200,
        body: { received: 2, outcomes: { sent: 1, 'no-rollout': 1 } },
      });
      expect(await rollout.result()).toMatchObject({
        status: 'rolled-back',
        weightPercent: 0,
        reason: 'alert HighErrorRate: 5 % of answers are errors',
      });
      // It has ended: nothing is there to hear it, which is no error.
      const later = alertOf({ service }, { fingerprint: 'bbbb' });
      expect((await send(later)).body).toEqual({ received: 1, outcomes: { 'no-rollout': 1 } });
    });
    const alerts = world.decisions.filter(({ action }) => action === 'alert');
    expect(alerts.map(({ reason }) => reason)).toEqual([
      'alert HighErrorRate: 5 % of answers are errors (note)',
      'alert HighErrorRate: 5 % of answers are errors (rollback)',
    ]);
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });

  const pausing = (service: string) => {
    const given = spec(unhurried, service);
    return { ...given, rollback: { ...given.rollback, alerts: [{ match: {}, action: 'pause' as const }] } };
  };

  test('a resolved alert ends the pause that the alert began, and no other', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(pausing(service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await send(alertOf({ service }));
      expect((await rollout.until(({ status }) => status === 'paused')).paused?.actor).toBe('alert HighErrorRate');
      const other = { alertname: 'Other', service };
      await send(alertOf(other, { status: 'resolved', fingerprint: 'bbbb' }));
      expect((await rollout.state()).status).toBe('paused');
      await send(alertOf({ service }, { status: 'resolved' }));
      await rollout.until(({ status }) => status === 'progressing');
      await rollout.handle.signal('abort');
      await rollout.result();
    });
    const resumed = world.decisions.filter(({ action }) => action === 'resume');
    expect(resumed).toMatchObject([
      { actor: 'sluice', reason: expect.stringMatching(/^alert HighErrorRate.* is over$/) },
    ]);
  });

  const realTest = alertmanagerBinary === null ? test.skip : test;
  if (alertmanagerBinary === null)
    process.stderr.write('SKIPPED: no Alertmanager on PATH (Debian package prometheus-alertmanager)\n');
  realTest('a real Alertmanager pauses, resumes and rolls back', async () => {
    const [world, service] = [new World(), fresh()];
    const given = spec(unhurried, service);
    const alerts = [
      { match: { severity: 'warning' }, action: 'pause' as const },
      { match: { severity: 'critical' }, action: 'rollback' as const },
    ];
    const alertmanager = await startAlertmanager({ url: `${api.url}/v1/alerts/alertmanager`, token: TOKEN });
    try {
      await stage.run(world, service, async () => {
        const rollout = await stage.start({ ...given, rollback: { ...given.rollback, alerts } }, service);
        await rollout.until(({ waiting }) => waiting?.kind === 'bake');
        const warning = { alertname: 'Slow', severity: 'warning', service };
        await alertmanager.raise(warning, 'p99 is 2 s');
        await rollout.until(({ status }) => status === 'paused');
        await alertmanager.resolve(warning);
        await rollout.until(({ status }) => status === 'progressing');
        await alertmanager.raise({ alertname: 'Broken', severity: 'critical', service }, 'half of it fails');
        expect(await rollout.result()).toMatchObject({
          status: 'rolled-back',
          reason: 'alert Broken: half of it fails',
        });
      });
    } finally {
      await alertmanager.stop();
    }
  });
});

describe('while Temporal is down', () => {
  test('it starts, says 503, and sends once Temporal is there', async () => {
    const down = createAlertSink(temporalSettings(`127.0.0.1:${await freePort()}`));
    const api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: down });
    const { status, body } = await answerOf(await post(api, webhookOf(alertOf({ service: 'digits' }))));
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE', detail: expect.stringMatching(/127\.0\.0\.1:\d+/) });
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    await api.close();
    await down.close();
  });

  test('one that was away is asked again: a refused connection is not kept', async () => {
    const good = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
    const connectionOptions = { ...good.connectionOptions, address: `127.0.0.1:${await freePort()}` };
    const sink = createAlertSink({ ...good, connectionOptions });
    const alert: Alert = { id: 'a', status: 'firing', labels: {}, summary: '' };
    await expect(sink.send('nobody', alert)).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    connectionOptions.address = good.address;
    await expect(sink.send('nobody', alert)).resolves.toBe('no-rollout');
    await sink.close();
  });

  test('another namespace is no service without a rollout, but an error', async () => {
    const settings = { ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']), namespace: 'nowhere' };
    const sink = createAlertSink(settings);
    const sent = sink.send('digits', { id: 'a', status: 'firing', labels: {}, summary: '' });
    await expect(sent).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringMatching(/nowhere/i),
    });
    await sink.close();
  });
});

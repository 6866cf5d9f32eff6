import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLedgerActivities } from '../../activities/ledger.js';
import { createApi } from '../../src/api/create-api.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Alert } from '../../src/domain/alert.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { Incident, IncidentEvent } from '../../src/domain/incident.js';
import type { AlertSink } from '../../src/ports/alert-sink.js';
import type { Store } from '../../src/ports/store.js';
import { decisionOf, stateOf } from '../notify/notices.js';
import { testStore } from '../setup/store.js';
import { newService } from '../stores/observation-fixtures.js';
import { evidence } from '../workflow/evidence.js';

jest.setTimeout(120_000);
const TOKEN = 'the-admin-token-of-the-suite';
const ALERTS = 'the-alert-token-of-the-suite';

/** Keeps what it is given; can be away. */
class ListSink implements AlertSink {
  readonly sent: { service: string; alert: Alert }[] = [];
  isAway = false;
  hasRollout = true;
  async send(service: string, alert: Alert) {
    if (this.isAway) throw new SluiceError('TEMPORAL_UNAVAILABLE', 'away');
    if (!this.hasRollout) return 'no-rollout' as const;
    this.sent.push({ service, alert });
    return 'sent' as const;
  }
  async close() {}
}

let store: Store;
let api: StartedApi;
const sink = new ListSink();
beforeAll(async () => {
  store = await testStore();
  const tokens = { adminToken: TOKEN, alertToken: ALERTS };
  api = await startApi({ store, host: '127.0.0.1', port: 0, alerts: sink, ...tokens });
});
afterAll(async () => {
  await api.close();
  await store.close();
});

const call = async (method: string, path: string, body?: unknown, token = TOKEN) => {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
};
const alertOf = (service: string, more: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'HighErrorRate', severity: 'critical', service },
  annotations: { summary: '5 % of answers are errors' },
  startsAt: '2026-11-21T10:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: '73c47e8f1bb0ccb1',
  ...more,
});
const webhookOf = (...alerts: object[]) => ({
  version: '4',
  groupKey: 'g',
  truncatedAlerts: 0,
  status: 'firing',
  alerts,
});
const alert = (service: string, more: object = {}, token = ALERTS) =>
  call('POST', '/v1/alerts/alertmanager', webhookOf(alertOf(service, more)), token);
const incidentsOf = async (service: string, more = '') =>
  (await call('GET', `/v1/incidents?service=${service}${more}`)).body.incidents as Incident[];

describe('alerts', () => {
  test('ten thousand webhooks about one alert are one incident and one signal', async () => {
    const service = newService();
    sink.sent.length = 0;
    // Without sockets, which would be most of the time.
    const server = createApi({ store, alerts: sink });
    const payload = webhookOf(alertOf(service));
    for (let n = 0; n < 100; n += 1)
      await Promise.all(
        Array.from({ length: 100 }, () => server.inject({ method: 'POST', url: '/v1/alerts/alertmanager', payload })),
      );
    await server.close();
    expect(sink.sent).toHaveLength(1);
    const [incident, ...others] = await incidentsOf(service);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      source: 'alert',
      severity: 'critical',
      status: 'open',
      title: 'HighErrorRate: 5 % of answers are errors',
      openedAt: expect.stringMatching(/^20/),
    });
  });

  test('a resolved one ends its incident, and a late repeat of it opens none', async () => {
    const service = newService();
    await alert(service);
    await alert(service, { status: 'resolved' });
    await alert(service, { annotations: { summary: 'late' } });
    expect(await incidentsOf(service)).toEqual([]);
    const [incident] = await incidentsOf(service, '&active=false');
    expect(incident).toMatchObject({ status: 'resolved', resolved: { by: 'sluice', reason: 'the alert is resolved' } });
    await alert(service, { startsAt: '2026-11-21T12:00:00Z' });
    expect(await incidentsOf(service)).toHaveLength(1);
  });

  test('while Temporal is away it is kept as an incident and answered 503; the next one is sent', async () => {
    const service = newService();
    sink.sent.length = 0;
    sink.isAway = true;
    expect((await alert(service)).status).toBe(503);
    expect(await incidentsOf(service)).toHaveLength(1);
    sink.isAway = false;
    expect((await alert(service)).body.outcomes).toEqual({ sent: 1 });
    expect(sink.sent).toHaveLength(1);
  });

  test('a rollout that begins later hears of what goes on', async () => {
    const service = newService();
    sink.sent.length = 0;
    sink.hasRollout = false;
    expect((await alert(service)).body.outcomes).toEqual({ 'no-rollout': 1 });
    sink.hasRollout = true;
    expect((await alert(service)).body.outcomes).toEqual({ sent: 1 });
  });

  test('a forged one is refused, and leaves no trace', async () => {
    const service = newService();
    expect((await alert(service, {}, 'a-token-that-was-guessed')).status).toBe(401);
    expect(await incidentsOf(service, '&active=false')).toEqual([]);
  });
});

describe('what people say', () => {
  test('is written down; who may not is refused', async () => {
    const service = newService();
    await alert(service);
    const [incident] = await incidentsOf(service);
    const path = `/v1/incidents/${incident?.id}`;
    expect((await call('POST', `${path}/ack`, { by: 'ann', reason: 'on it' }, 'somebody-elses-token')).status).toBe(
      401,
    );
    expect((await call('POST', `${path}/ack`, { by: '', reason: 'on it' })).status).toBe(400);
    expect((await call('POST', `${path}/ack`, { by: 'ann', reason: 'on it' })).body.status).toBe('acknowledged');
    expect((await call('POST', `${path}/resolve`, { by: 'ann', reason: 'mended' })).body.status).toBe('resolved');
    expect((await call('POST', `${path}/ack`, { by: 'bob', reason: 'too' })).status).toBe(409);
    const { events } = (await call('GET', path)).body as { events: IncidentEvent[] };
    expect(events.map(({ kind }) => kind)).toEqual(['opened', 'acknowledged', 'resolved']);
    expect((await call('GET', '/v1/incidents/i-000000000000')).status).toBe(404);
    expect((await call('GET', '/v1/incidents/..%2F..%2Fetc')).status).toBe(400);
  });

  test('silences are made, listed and ended; one of everything, or for ever, is refused', async () => {
    const silence = { match: { service: 'digits' }, for: '1h', by: 'ann', reason: 'known' };
    const made = await call('POST', '/v1/silences', silence);
    expect(made.status).toBe(201);
    expect((await call('GET', '/v1/silences')).body.silences).toHaveLength(1);
    expect((await call('POST', `/v1/silences/${made.body.id}/end`, {})).status).toBe(200);
    expect((await call('GET', '/v1/silences')).body.silences).toEqual([]);
    expect((await call('POST', '/v1/silences', { ...silence, match: {} })).status).toBe(400);
    expect((await call('POST', '/v1/silences', { ...silence, for: '31d' })).status).toBe(400);
    expect((await call('POST', '/v1/silences', silence, 'somebody-elses-token')).status).toBe(401);
  });
});

test('a rollback has one incident and a post-mortem with the timeline, whose texts stay text', async () => {
  const service = newService();
  const rolloutId = `${service}-1`;
  const ledger = createLedgerActivities({ store });
  await alert(service);
  const state = {
    ...stateOf(),
    rolloutId,
    service,
    status: 'rolled-back' as const,
    reason: 'error_rate | too <b>high</b>',
    evidence: [evidence('error_rate', 'fail')],
    updatedAt: new Date().toISOString(),
  };
  const decisions = [
    decisionOf({ rolloutId, sequence: 1 }),
    decisionOf({ rolloutId, sequence: 2, action: 'rollback' }),
  ];
  for (const revision of [5, 6, 6]) await ledger.record({ state: { ...state, revision }, decisions, route: null });
  const [incident, ...others] = await incidentsOf(service, '&source=rollback');
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ rolloutId, version: state.candidate, severity: 'critical', status: 'open' });
  const { status, body } = await call('GET', `/v1/incidents/${incident?.id}/post-mortem`);
  expect(status).toBe(200);
  expect(body).toContain(`# Post-mortem: ${service} went back`);
  expect(body).toMatch(/\| .* \| .* \| rollback \(/);
  expect(body).toMatch(/## Other incidents.*\n\n- .*HighErrorRate/);
  expect(body).toContain('error_rate \\| too &lt;b&gt;high');
  expect(body).not.toContain('<b>');
});

test('what a person forces on the gateways is an incident too, and the same one as that of its rollout', async () => {
  const service = newService();
  const rolloutId = `${service}-1`;
  const protocol = { kind: 'open-inference', model: service };
  const route = { service, protocol, epoch: 9, rolloutId, salt: rolloutId, candidate: null };
  const rest = {
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
  };
  const forced = {
    at: new Date().toISOString(),
    actor: 'ann',
    reason: 'Temporal is gone',
    route: { ...route, ...rest },
  };
  for (const _ of [1, 2]) expect((await call('POST', '/v1/forced-rollbacks', forced)).status).toBe(201);
  const state = {
    ...stateOf(),
    rolloutId,
    service,
    status: 'rolled-back' as const,
    updatedAt: new Date().toISOString(),
  };
  await createLedgerActivities({ store }).record({ state, decisions: [], route: null });
  const found = await incidentsOf(service);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ source: 'rollback', rolloutId });
});

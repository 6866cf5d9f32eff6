import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { checkOf, reportOf } from '../validation/report/report-fixtures.js';

let store: Store;
let api: StartedApi;
const first = reportOf([checkOf('accuracy')], { id: 'digits-v2-1', verdict: 'pass' });
const second = reportOf([checkOf('accuracy', { verdict: 'fail', reason: 'é "1" \u2028' })], {
  id: 'rollout.digits:3_x',
  candidate: { ...first.candidate, version: 'v3' },
  endedAt: '2025-03-05T10:00:00.000Z',
});
beforeAll(async () => {
  store = await testStore();
  await store.validations.saveReport(first);
  await store.validations.saveReport(second);
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: 'a-token-of-23-characters' });
}, 120_000);
afterAll(async () => {
  await api?.close();
  await store?.close();
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${api.url}/v1/validations${path}`);
  return { status: response.status, body: await response.json() };
}

test('reports of a service, newest first, of one version, at most so many', async () => {
  const ids = async (query: string) => {
    const { body } = await get(`?service=digits${query}`);
    return (body as { validations: { id: string }[] }).validations.map(({ id }) => id);
  };
  expect(await ids('')).toEqual([second.id, first.id]);
  expect(await ids('&candidate=v2')).toEqual([first.id]);
  expect(await ids('&limit=1')).toEqual([second.id]);
  expect(await get('?service=other')).toEqual({ status: 200, body: { validations: [], next: null } });
  expect((await get('?service=digits&candidate=v3')).body).toEqual({
    validations: [
      {
        id: second.id,
        service: 'digits',
        rolloutId: null,
        candidate: 'v3',
        baseline: 'v1',
        datasetDigest: second.dataset.digest,
        planDigest: second.planDigest,
        endedAt: second.endedAt,
        verdict: 'fail',
      },
    ],
    next: null,
  });
});

test.each([first, second])('a report as it was kept', async (report) => {
  expect(await get(`/${encodeURIComponent(report.id)}`)).toEqual({ status: 200, body: report });
});

test.each([
  ['', 'service'],
  ['?service=Digits', 'service'],
  ['?service=digits&candidate=..%2Fv2', 'candidate'],
  ['?service=digits&limit=0', 'limit'],
  ['?service=digits&limit=201', 'limit'],
  ['/..%2Fx', 'id'],
  ['/%2e%2e', 'id'],
  [`/${'x'.repeat(201)}`, 'id'],
  ['/a%00b', 'id'],
])('odd names are refused: %s', async (path, named) => {
  const { status, body } = await get(path);
  // A path of dots, and one that is too long for a router, do not even get there.
  expect([400, 404, 414]).toContain(status);
  if (status === 400) expect(body).toMatchObject({ code: 'USAGE', detail: expect.stringContaining(named) });
});

test('an unknown one is not found', async () => {
  expect(await get('/none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});

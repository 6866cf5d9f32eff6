import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { openSite, TOKENS } from '../api/site.js';
import { GatewayStage, until } from '../gateway/stage.js';
import { batchOf, bucketOf, newService } from '../stores/observation-fixtures.js';

const adminToken = 'an-admin-token-of-the-suite';
let store: Store;
let api: StartedApi;
beforeAll(async () => {
  store = await openStore({});
  api = await startApi({ store, adminToken, host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await api?.close();
  await store?.close();
});

const bring = async (url: string, token?: string) => {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify(batchOf({ buckets: [bucketOf(newService())] }));
  return (await fetch(`${url}/v1/observations`, { method: 'POST', headers, body })).status;
};

describe('the collector', () => {
  test('takes records with SLUICE_ADMIN_TOKEN only: what is recorded decides', async () => {
    expect([
      await bring(api.url),
      await bring(api.url, 'a-guess-of-a-stranger'),
      await bring(api.url, adminToken),
    ]).toEqual([401, 401, 202]);
  });

  test('takes none of a reader, an operator or an approver', async () => {
    const site = await openSite(store);
    const statuses = [];
    for (const token of Object.values(TOKENS)) statuses.push(await bring(site.api.url, token));
    expect(statuses).toEqual([403, 403, 403, 202]);
    await site.close();
  });

  test('that can be reached from elsewhere takes nothing where there is no token at all', async () => {
    const open = await startApi({ store, host: '0.0.0.0', port: 0 });
    expect(await bring(open.url.replace('0.0.0.0', '127.0.0.1'))).toBe(401);
    await open.close();
  });
});

test('a gateway brings the token; with another one its records wait, and it says why', async () => {
  const stage = await GatewayStage.open();

  stage.more = { collectorUrl: api.url, collectorToken: 'the-token-of-somebody-else' };
  await stage.restart();
  await stage.infer('u');
  await until(() => stage.logged.some((line) => line.includes('the collector is away')));
  stage.more = { collectorUrl: api.url, collectorToken: adminToken };
  await stage.restart();
  const taken = /sluice_api_requests_total\{method="POST",route="\/v1\/observations",status="202"\} [2-9]/;
  const metrics = async () => (await fetch(`${api.url}/metrics`)).text();
  await until(async () => taken.test(await metrics()));
  await stage.close();
});

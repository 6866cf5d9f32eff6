import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RawUser } from '../gateway/raw-user.js';
import { GatewayStage, until } from '../gateway/stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

/** By hand: fetch sets `host` itself and sends no CONNECT. */
function ask(base: string, method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const { hostname, port } = new URL(base);
  return new Promise<number | undefined>((resolve, reject) => {
    request({ hostname, port, method, path, headers }, (answer) => resolve(answer.resume().statusCode))
      .on('connect', ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end(body);
  });
}

describe('the admin listener without a token', () => {
  test.each<[string, Record<string, string>]>([
    ['a page of another site', { origin: 'https://evil.test' }],
    ['a name of another site that leads here', { host: 'evil.test:8081' }],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }],
  ])('takes nothing of %s', async (_, headers) => {
    await stage.apply({ weightPercent: 100 });
    const trip = JSON.stringify({ epoch: 1, at: new Date().toISOString(), reason: 'a page', gatewayId: 'page' });
    const { adminUrl } = stage.gateway;
    expect(await ask(adminUrl, 'POST', '/v1/routes/digits/trip', headers, trip)).toBe(403);
    expect(await ask(adminUrl, 'POST', '/v1/flags/new-model/kill', headers)).toBe(403);
    expect(await stage.effectiveWeight()).toBe(100);
  });
});

test('who commands a gateway, and who was denied, is in its log; a lease that is renewed is not', async () => {
  const lines: string[] = [];
  stage.more = {
    adminToken: 'a token of enough characters',
    log: (level, message, more) => void lines.push(`${level}: ${message} ${JSON.stringify(more)}`),
  };
  await stage.restart();
  const { adminUrl } = stage.gateway;
  const authorization = 'Bearer a token of enough characters';
  for (const _ of ['changed', 'renewed'])
    await ask(adminUrl, 'PUT', '/v1/routes/digits', { authorization }, JSON.stringify(stage.route()));
  await ask(adminUrl, 'PUT', '/v1/routes/digits?token=s3cret', { authorization: 'Bearer s3cret' });
  const said = lines.filter((line) => /route was taken|denied/.test(line));
  expect(said).toEqual([
    expect.stringMatching(/^info: a route was taken .*"\/v1\/routes\/digits","from":"127.0.0.1","epoch":1/),
    expect.stringMatching(/^warn: a command was denied .*the admin token is missing or is another one/),
  ]);
  expect(lines.join()).not.toContain('s3cret');
});

describe('the users’ listener', () => {
  test('bodies of all users together have a limit, and what is answered makes room', async () => {
    await stage.close();
    stage = await GatewayStage.open({ requestsBytes: 1000 });
    const { dataUrl } = stage.gateway;
    const head = 'POST /v2/models/digits/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 700\r\n\r\n';
    const half = Buffer.from(head + 'x'.repeat(600));
    const one = new RawUser(dataUrl, half);
    const settled = () => new Promise((resolve) => setTimeout(resolve, 100));
    await settled();
    const other = new RawUser(dataUrl, half);
    await until(() => other.received.startsWith('HTTP/1.1 503'));
    one.leave();
    await settled();
    for (const _ of [1, 2, 3])
      expect(await ask(dataUrl, 'POST', '/v2/models/digits/infer', {}, 'x'.repeat(900))).toBe(200);
  });

  test.each(['CONNECT', 'TRACE'])('%s reaches no model server', async (method) => {
    expect(await ask(stage.gateway.dataUrl, method, '/v2/models/digits')).toBe(405);
    expect(stage.v1.requests).toHaveLength(0);
  });

  test('headers in our name are dropped, also the mark of a shadow copy', async () => {
    await stage.infer('u', {
      'x-sluice-shadow': '1',
      'X-Sluice-Prediction-Id': 'p3~forged',
      'x-sluice-force': 'f1~no',
    });
    const headers = stage.v1.requests[0]?.headers ?? {};
    expect(Object.keys(headers).filter((name) => name.startsWith('x-sluice-'))).toEqual([]);
  });
});

test('the access log has no query, and no stranger reads it', async () => {
  const accessLog = join(stage.stateDir, 'access.ndjson');
  stage.more = { accessLog };
  await stage.restart();
  await ask(stage.gateway.dataUrl, 'GET', '/v2/models/digits?api_key=s3cret');
  await stage.gateway.close();
  expect(await readFile(accessLog, 'utf8')).toContain('"path":"/v2/models/digits",');
  expect((await stat(accessLog)).mode & 0o007).toBe(0);
});

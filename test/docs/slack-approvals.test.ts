import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import axios from 'axios';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { createBridge } from '../../examples/slack-approvals/bridge.js';

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

const SIGNING = 'slack-signing-secret';
const HOOK = 'a-secret-of-at-least-24-characters';
const folder = mkdtempSync(join(tmpdir(), 'sluice-slack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let heard: Heard[];
let answer: { status: number; body: unknown };
let server: Server;
let bridge: FastifyInstance;
let bridgeUrl: string;

/** Stands for Slack and for the api alike: both are asked over real HTTP. */
beforeEach(async () => {
  heard = [];
  answer = { status: 202, body: { detail: 'approved by alice' } };
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
      const { status, body } = request.url?.startsWith('/v1/') ? answer : { status: 200, body: 'ok' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenFile = join(folder, 'alice.token');
  writeFileSync(tokenFile, 'token-of-alice\n');
  bridge = createBridge({
    apiUrl: url,
    slackUrl: `${url}/incoming`,
    signingSecret: SIGNING,
    webhookSecret: HOOK,
    tokenFiles: { U1: tokenFile },
  });
  bridgeUrl = await bridge.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await bridge.close();
  await new Promise((resolve) => server.close(resolve));
});

function notify(event: string, secret = HOOK) {
  const body = JSON.stringify({
    id: 'digits-1/7',
    data: {
      event,
      service: 'digits',
      rolloutId: 'digits-1',
      candidate: 'v2',
      weightPercent: 10,
      reason: 'waits for an approval <!channel>',
      evidence: [{ reason: 'error_rate: 0 of 90' }],
    },
  });
  const at = new Date();
  const signature = new Webhook(secret, { format: 'raw' }).sign('digits-1/7', at, body);
  const headers = {
    'content-type': 'application/cloudevents+json',
    'webhook-id': 'digits-1/7',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
  return axios.post(`${bridgeUrl}/sluice`, body, { headers, proxy: false, validateStatus: () => true });
}

function press(answered: string, user: string, { ageS = 0, secret = SIGNING } = {}) {
  const value = JSON.stringify({ service: 'digits', rolloutId: 'digits-1', eventId: 'digits-1/7' });
  const payload = {
    user: { id: user },
    response_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reply`,
    actions: [{ action_id: answered, value }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000) - ageS);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return axios.post(`${bridgeUrl}/slack`, body, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    },
    proxy: false,
    validateStatus: () => true,
  });
}

const until = async (path: string) => {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = heard.find((one) => one.path === path);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing came to ${path}`);
};

test('a wait becomes a message with two buttons; other events become none', async () => {
  expect((await notify('waiting')).status).toBe(204);
  expect((await notify('weight')).status).toBe(204);
  expect(heard).toHaveLength(1);
  const text = JSON.stringify(heard[0]?.body);
  expect(text).toContain('"action_id":"approve"');
  expect(text).toContain('error_rate: 0 of 90');
  // Plain text: Slack mentions nobody for it.
  expect(heard[0]?.body).toMatchObject({ blocks: [{ text: { type: 'plain_text' } }, { type: 'actions' }] });
});

test('a press is sent to the api with the token of who pressed, as one decision however often it comes', async () => {
  expect((await press('approve', 'U1')).status).toBe(200);
  expect(await until('/v1/services/digits/commands')).toMatchObject({
    headers: { authorization: 'Bearer token-of-alice', 'idempotency-key': 'slack:digits-1:7:U1:approve' },
    body: { command: 'approve', rolloutId: 'digits-1', reason: 'approve in Slack' },
  });
  expect((await until('/reply')).body).toMatchObject({ text: 'Taken: approved by alice' });
});

test('what the api refuses is said to who pressed', async () => {
  answer = { status: 403, body: { detail: 'approve needs the role approver; alice is a viewer' } };
  await press('reject', 'U1');
  expect((await until('/reply')).body).toMatchObject({ text: expect.stringContaining('403): approve needs the role') });
});

test('a stranger decides nothing, nor does who can not sign', async () => {
  await press('approve', 'U2');
  expect((await until('/reply')).body).toMatchObject({ text: expect.stringContaining('Nobody gave U2 a token') });
  expect((await press('approve', 'U1', { secret: 'wrong' })).status).toBe(401);
  expect((await press('approve', 'U1', { ageS: 301 })).status).toBe(401);
  expect((await press('delete', 'U1')).status).toBe(400);
  expect((await notify('waiting', 'another-secret-of-24-characters')).status).toBe(401);
  expect(heard.map(({ path }) => path)).toEqual(['/reply']);
});

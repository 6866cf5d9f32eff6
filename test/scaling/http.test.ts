import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createAddressPolicy } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { createHttpScaler } from '../../src/scaling/http-scaler.js';
import { answers, type Behaviour, type FakeServer, hangs, resets, startServer } from '../gateway/stage.js';

const SECRET = `whsec_${Buffer.from('a planted secret, thirty-two byte').toString('base64')}`;
const { signal } = new AbortController();

let replicas: number;
let server: FakeServer;
/** Somebody's scaler: what it is told to have is ready at once. */
const obeys: Behaviour = (request, response, body) => {
  new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
  const question = JSON.parse(body) as { action: string; replicas?: number };
  if (question.action === 'scale') replicas = question.replicas ?? 0;
  response.end(JSON.stringify({ replicas, ready: replicas }));
};
beforeEach(async () => {
  replicas = 1;
  server = await startServer(obeys);
});
afterEach(() => server.close());

const scalerWith = (allowed = '127.0.0.0/8') =>
  createHttpScaler({ policy: createAddressPolicy(parseAllowedPrivate(allowed)), secrets: () => SECRET });
const targetOf = (over: object = {}) => {
  const url = `${server.url}/scale?token=planted-token`;
  return { driver: 'http', url, secretRef: 'SLUICE_SECRET_SCALER', timeout: 5000, insecure: false, ...over } as const;
};
const subjectOf = (target: ReturnType<typeof targetOf>) => ({ service: 'digits', version: 'v2', target });

describe('an HTTP scaler', () => {
  test('is asked and told, signed', async () => {
    const target = targetOf();
    const scaler = scalerWith();
    expect(await scaler.replicas(target, subjectOf(target), signal)).toBe(1);
    await scaler.scale(target, 4, subjectOf(target), signal);
    expect(await scaler.ready(target, subjectOf(target), signal)).toEqual({ ready: 4, wanted: 4 });
    expect(server.requests[1]?.body).toBe('{"service":"digits","version":"v2","action":"scale","replicas":4}');
    const ids = server.requests.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(3);
  });

  test.each<[string, Behaviour, string, string]>([
    ['says 503', answers(503), 'SCALING_FAILED', 'status 503'],
    ['says 400', answers(400), 'SCALING_REFUSED', 'status 400'],
    ['redirects', (_, r) => void r.writeHead(307, { location: '/' }).end(), 'SCALING_REFUSED', 'status 307'],
    ['hangs', hangs, 'SCALING_FAILED', 'no answer within 400 ms'],
    ['breaks off', resets, 'SCALING_FAILED', 'ECONNRESET'],
    ['sends a page', (_, r) => void r.end('<html>'), 'SCALING_FAILED', 'the answer is not'],
    ['has half a replica', (_, r) => void r.end('{"replicas":1.5,"ready":1}'), 'SCALING_FAILED', 'the answer is not'],
    ['sends too much', (_, r) => void r.end(`"${'x'.repeat(70_000)}"`), 'SCALING_FAILED', 'no answer'],
  ])('that %s: %s', async (_, behaviour, code, message) => {
    server.behaviour = behaviour;
    const target = targetOf(behaviour === hangs ? { timeout: 400 } : {});
    const failed: unknown = await scalerWith()
      .replicas(target, subjectOf(target), signal)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(String((failed as Error).stack) + JSON.stringify(failed)).not.toContain('planted');
  });

  test('at an address that is not allowed is refused', async () => {
    const target = targetOf();
    await expect(scalerWith('').replicas(target, subjectOf(target), signal)).rejects.toMatchObject({
      code: 'SCALING_REFUSED',
      message: expect.stringContaining('SLUICE_ALLOW_PRIVATE'),
    });
    expect(server.requests).toEqual([]);
  });
});

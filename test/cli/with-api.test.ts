import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withApi } from '../../src/cli/with-api.js';
import { SluiceError } from '../../src/domain/errors.js';

const TOKEN = 'a-token-of-tess';

let server: Server;
let place: string;
let answer: RequestListener;
let asked: number;

const problem =
  (status: number, code: string, detail: string): RequestListener =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ type: 'about:blank', title: 'x', status, detail, code }));

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['SLUICE_API'] = `http://${place}`;
  process.env['SLUICE_TOKEN'] = TOKEN;
});
afterEach(async () => {
  delete process.env['SLUICE_API'];
  delete process.env['SLUICE_TOKEN'];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What a command would print, and whoever reads its log. */
async function refusal(timeoutMs?: number): Promise<SluiceError> {
  const error = await withApi((api) => api.getRollout('digits-1'), timeoutMs).catch((thrown: unknown) => thrown);
  if (!(error instanceof SluiceError)) throw new Error(`not refused: ${String(error)}`);
  expect([error.message, error.cause]).toEqual([expect.not.stringMatching(/token-of|hunter2/), undefined]);
  return error;
}

describe('the api, as commands ask it', () => {
  test('is brought the token, and each name as one part of a path', async () => {
    answer = ({ headers, url }, response) => void response.end(JSON.stringify({ given: headers.authorization, url }));
    expect(await withApi((api) => api.getRollout('a/../b'))).toEqual({
      given: `Bearer ${TOKEN}`,
      url: '/v1/rollouts/a%2F..%2Fb',
    });
  });

  test('may answer with nothing', async () => {
    answer = (_, response) => void response.writeHead(204).end();
    expect(await withApi((api) => api.forgetMonitor('digits', 'drift'))).toBeUndefined();
  });

  test.each([
    [404, 'NOT_FOUND', 'NOT_FOUND'],
    [503, 'STORE_LOCKED', 'STORE_LOCKED'],
    [500, 'INTERNAL', 'STORE_UNAVAILABLE'],
    [418, 'OF_A_NEWER_API', 'STORE_UNAVAILABLE'],
  ])('its %i %s is a %s, and is asked once', async (status, code, expected) => {
    answer = problem(status, code, 'because of this');
    expect(await refusal()).toMatchObject({ code: expected, message: `the api answers ${status}: because of this` });
    expect(asked).toBe(1);
  });

  test('is not followed elsewhere, where the token would go too', async () => {
    answer = (_, response) => void response.writeHead(302, { location: `http://${place}/other` }).end();
    expect(await refusal()).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'the api answers 302: not as ours does',
    });
    expect(asked).toBe(1);
  });

  test('may be something else', async () => {
    answer = (_, response) => void response.end('<html>');
    expect(await refusal()).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/not as the api answers/),
    });
  });

  test('is waited for as long as was said', async () => {
    answer = () => undefined;
    expect(await refusal(150)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `the api at ${place} does not answer within 150 ms`,
    });
  });

  test('may hang up', async () => {
    answer = ({ socket }) => void socket.destroy();
    expect((await refusal()).message).toBe(`the api at ${place} does not answer: socket hang up`);
  });

  test('may not be there, also behind a password and at a port that browsers refuse', async () => {
    process.env['SLUICE_API'] = 'http://tess:hunter2@127.0.0.1:1';
    expect(await refusal()).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'the api at 127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});

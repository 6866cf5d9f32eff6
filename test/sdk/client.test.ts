import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseEvent } from '../../src/sdk/events.js';
import { SluiceClient } from '../../src/sdk/index.js';

/** Answers as a test says, one after the other. */
let server: Server;
let url: string;
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
const seen: IncomingMessage[] = [];

const json =
  (status: number, body: unknown, headers = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const problem = (status: number, code: string, headers = {}) =>
  json(status, { type: 'about:blank', title: 'x', status, detail: `because of ${code}`, code }, headers);

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    (answers.shift() ?? json(200, {}))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = [];
  seen.length = 0;
});

describe('the client', () => {
  test('sends the token as a header, asked for each time, and parts of paths as parts', async () => {
    const tokens = ['first', 'second'];
    const client = new SluiceClient({ url: `${url}/`, token: async () => tokens.shift() ?? null });
    await client.listRollouts({ search: 'a&b=c', limit: 5 });
    await client.getVersion('m', '../../v1/me?x#y');
    expect(seen.map((request) => request.headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
    expect(seen.map((request) => request.url)).toEqual([
      '/v1/rollouts?search=a%26b%3Dc&limit=5',
      '/v1/models/m/versions/..%2F..%2Fv1%2Fme%3Fx%23y',
    ]);
  });

  test('asks again what changes nothing, after 503, 429 and a broken connection', async () => {
    answers = [
      problem(503, 'STORE_UNAVAILABLE'),
      problem(429, 'RATE_LIMITED', { 'retry-after': '0' }),
      (request) => void request.socket.destroy(),
      json(200, { items: [], next: null }),
    ];
    expect(await new SluiceClient({ url }).listRollouts()).toEqual({ items: [], next: null });
    expect(seen).toHaveLength(4);
  });

  test('waits as long as it is told', async () => {
    answers = [problem(429, 'RATE_LIMITED', { 'retry-after': '1' }), json(200, {})];
    const from = performance.now();
    await new SluiceClient({ url }).getMe();
    expect(performance.now() - from).toBeGreaterThan(950);
  });

  test('does not ask again what may have been done, nor what is refused', async () => {
    answers = [problem(503, 'NO_WORKER')];
    const client = new SluiceClient({ url });
    await expect(client.sendCommand('digits', { command: 'pause' })).rejects.toMatchObject({
      status: 503,
      code: 'NO_WORKER',
      message: 'because of NO_WORKER',
    });
    answers = [problem(404, 'NOT_FOUND')];
    await expect(client.getRollout('none')).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(seen).toHaveLength(2);
  });

  test('gives up after its time, and at once where it is told to', async () => {
    const silent = () => undefined;
    answers = [silent];
    const client = new SluiceClient({ url, timeoutMs: 200, retries: 0 });
    await expect(client.getMe()).rejects.toMatchObject({
      status: 0,
      code: 'UNREACHABLE',
      message: expect.stringContaining('200 ms'),
    });
    answers = [silent];
    const over = new AbortController();
    const asked = client.getMe({ signal: over.signal });
    over.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  test('names the place, not the password in its address', async () => {
    const nobody = new SluiceClient({ url: url.replace('//', '//tess:hunter2@'), retries: 0 }).getMe();
    await expect(nobody).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `the api at ${new URL(url).host} does not answer`,
    });
  });

  test('says so of an answer that is not the api’s', async () => {
    answers = [(_, response) => void response.writeHead(502).end('<html>proxy</html>')];
    await expect(new SluiceClient({ url }).getMe()).rejects.toMatchObject({ status: 502, code: 'UNREADABLE' });
  });

  test('follows events over broken connections, from the last one', async () => {
    const event = (id: number) => `id: ${id}\nevent: ping\ndata: {"at":"x"}\n\n`;
    const stream = (text: string) => (request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text);
      setTimeout(() => request.socket.destroy(), 50);
    };
    answers = [stream(`: hello\n\n${event(1)}id: 2\nevent: pi`), problem(503, 'STORE_UNAVAILABLE'), stream(event(2))];
    const over = new AbortController();
    const ids: (string | null)[] = [];
    const states: string[] = [];
    for await (const one of new SluiceClient({ url }).events({
      signal: over.signal,
      onConnection: (state) => states.push(state),
    })) {
      ids.push(one.id);
      if (ids.length === 2) over.abort();
    }
    expect(ids).toEqual(['1', '2']);
    expect(seen.map((request) => request.headers['last-event-id'])).toEqual([undefined, '1', '1']);
    expect(states).toEqual(['open', 'lost', 'lost', 'open']);
  });

  test('a refused follower hears why', async () => {
    answers = [problem(401, 'UNAUTHORIZED')];
    await expect(new SluiceClient({ url }).events().next()).rejects.toMatchObject({ status: 401 });
  });

  test('leaves out events that are new to it', () => {
    expect(parseEvent('event: tomorrow\ndata: {}')).toBeNull();
    expect(parseEvent('id: 7\nevent: reset\ndata: {"reason":"a: b"}')).toEqual({
      event: 'reset',
      id: '7',
      data: { reason: 'a: b' },
    });
  });
});

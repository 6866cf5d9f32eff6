import type { LookupFunction } from 'node:net';
import { expect, test } from '@jest/globals';
import { Pool } from '../../src/gateway/upstream/pool.js';
import { serverAddresses } from '../../src/net/server-addresses.js';
import { answers, startServer } from '../gateway/stage.js';

const LIMITS = { connectionsPerTarget: 2, connectTimeoutMs: 1500, answerTimeoutMs: 2000, waitingPerTarget: 5 };

/** What the sink is told. @param found addresses of any name; without them no name may be asked for */
async function heardFrom(origin: string, found?: readonly string[]): Promise<string> {
  const lookup: LookupFunction = (name, _, callback) =>
    found === undefined
      ? callback(new Error(`${name} was looked up`), '')
      : callback(
          null,
          found.map((address) => ({ address, family: 4 })),
        );
  const pool = new Pool(origin, LIMITS, serverAddresses(lookup));
  const sink = { onStart: () => undefined, onData: () => undefined, onPause: () => undefined };
  const heard = await new Promise<string>((resolve) => {
    pool.dispatch(
      { method: 'POST', path: '/', headers: [], body: null },
      { ...sink, onEnd: () => resolve('answered'), onError: ({ message }) => resolve(message) },
    );
  });
  pool.close();
  return heard;
}

test.each([
  'http://169.254.169.254',
  'https://169.254.1.1',
  'http://[::ffff:a9fe:a9fe]',
  'http://[fe80::1]',
  'http://100.100.100.200',
])('a gateway does not connect to %s, whatever a route says', async (origin) => {
  expect(await heardFrom(origin)).toContain('where no model server is');
});

test.each(['http', 'https'])('a gateway does not follow a name over %s to where credentials are', async (scheme) => {
  expect(await heardFrom(`${scheme}://rebound.test`, ['127.0.0.1', '169.254.169.254'])).toBe(
    'rebound.test leads to 169.254.169.254, a metadata address, where no model server is',
  );
});

test('a gateway forwards to private addresses: its routes come from whoever has its token', async () => {
  const server = await startServer(answers(200));
  expect(await heardFrom(`http://models.test:${new URL(server.url).port}`, ['127.0.0.1'])).toBe('answered');
  await server.close();
});

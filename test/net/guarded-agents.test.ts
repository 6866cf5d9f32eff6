import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { request } from 'undici';
import { createAddressPolicy, type Resolve } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { guardedDispatcher, guardedTransport } from '../../src/net/guarded-agents.js';
import { parseHttpUrl } from '../../src/net/http-url.js';

const TIMEOUTS = { connectMs: 2000, headersMs: 2000, bodyMs: 2000 };
let server: Server;
let port: number;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = createServer((incoming, answer) => {
    asked += 1;
    if (incoming.url === '/away') answer.writeHead(302, { location: 'http://169.254.169.254/latest' });
    answer.end('here');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const agents = (allowed: string, resolve?: Resolve) => {
  const policy = createAddressPolicy(parseAllowedPrivate(allowed), resolve);
  const dispatcher = guardedDispatcher(policy, TIMEOUTS);
  return {
    byUndici: async (url: string) => {
      const { statusCode, body } = await request(parseHttpUrl(url), { dispatcher });
      return `${statusCode} ${await body.text()}`;
    },
    byAxios: async (url: string) => {
      const answer = await axios.get<string>(url, {
        ...guardedTransport(policy),
        timeout: 2000,
        validateStatus: () => true,
      });
      return `${answer.status} ${answer.data}`;
    },
  };
};

describe.each(['byUndici', 'byAxios'] as const)('%s', (by) => {
  test.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '127.0.0.1.',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
  ])('%s is not reached where nothing is allowed', async (host) => {
    await expect(agents('')[by](`http://${host}:${port}/`)).rejects.toThrow(/SLUICE_ALLOW_PRIVATE/);
    expect(asked).toBe(0);
  });

  test.each(['127.0.0.1', '2130706433', '127.1'])('%s is, where it is allowed', async (host) => {
    expect(await agents('127.0.0.1')[by](`http://${host}:${port}/`)).toBe('200 here');
  });

  test('TLS is no way around', async () => {
    await expect(agents('')[by](`https://127.0.0.1:${port}/`)).rejects.toThrow(/SLUICE_ALLOW_PRIVATE/);
    await expect(agents('')[by](`https://localhost:${port}/`)).rejects.toThrow(/SLUICE_ALLOW_PRIVATE/);
  });

  test('a redirect is not followed', async () => {
    expect(await agents('127.0.0.1')[by](`http://127.0.0.1:${port}/away`)).toMatch(/^302/);
  });

  test('a name is resolved once a connection, and the connection goes to what was checked', async () => {
    let answers = 0;
    const changing: Resolve = async () => {
      answers += 1;
      return [{ address: answers === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const call = agents('127.0.0.1', changing)[by];
    expect(await call(`http://rebinding.example:${port}/`)).toBe('200 here');
    expect(answers).toBe(1);
    // The next connection is a new question, and its answer is checked again.
    server.closeAllConnections();
    await new Promise((later) => setTimeout(later, 50));
    await expect(call(`http://rebinding.example:${port}/`)).rejects.toThrow(
      /rebinding\.example resolves to 127\.0\.0\.2/,
    );
    expect(asked).toBe(1);
  });
});

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { AnswerSink, UpstreamError } from '../../src/gateway/upstream/connection.js';
import { Pool, type PoolLimits } from '../../src/gateway/upstream/pool.js';
import { freePort } from '../setup/free-port.js';
import { until } from './stage.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server of bytes: what a connection hears goes to `hear`. */
async function serve(hear: (socket: Socket, text: string) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => hear(socket, bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${port}`, connections: () => connections };
}

function open(origin: string, limits: Partial<PoolLimits> = {}): Pool {
  const pool = new Pool(origin, {
    connectionsPerTarget: 4,
    connectTimeoutMs: 500,
    answerTimeoutMs: 1500,
    waitingPerTarget: 10,
    ...limits,
  });
  closing.push(() => pool.close());
  return pool;
}

interface Answer {
  status: number;
  body: string;
  fault: string | null;
}

function ask(pool: Pool, body: string | null = null, over: Partial<AnswerSink> = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const answer: Answer = { status: 0, body: '', fault: null };
    pool.dispatch(
      {
        method: body === null ? 'GET' : 'POST',
        path: '/x',
        headers: ['x-a', '1'],
        body: body === null ? null : Buffer.from(body),
      },
      {
        onStart: (status) => {
          answer.status = status;
        },
        onData: (chunk) => {
          answer.body += chunk.toString();
        },
        onPause: () => undefined,
        onEnd: () => resolve(answer),
        onError: (error: UpstreamError) => resolve({ ...answer, fault: error.fault }),
        ...over,
      },
    );
  });
}
const ok = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

describe('a pool', () => {
  test('uses its connections again', async () => {
    const server = await serve((socket) => socket.write(ok('yes')));
    const pool = open(server.origin);
    for (let i = 0; i < 5; i += 1) expect(await ask(pool)).toEqual({ status: 200, body: 'yes', fault: null });
    expect(server.connections()).toBe(1);
  });

  test('sends head and body as they are, small and large', async () => {
    let heard = '';
    const server = await serve((socket, text) => {
      heard += text;
      if (heard.endsWith('end')) socket.write(ok(''));
    });
    const pool = open(server.origin, { answerTimeoutMs: 3000 });
    await ask(pool, 'a small end');
    expect(heard).toMatch(
      /^POST \/x HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nx-a: 1\r\ncontent-length: 11\r\n\r\na small end$/,
    );
    heard = '';
    const large = `${'é'.repeat(100_000)}end`;
    await ask(pool, large);
    expect(Buffer.from(heard, 'latin1').toString()).toContain(large);
  });

  test('opens no more than it may, and lets the rest wait', async () => {
    const waiting: Socket[] = [];
    const server = await serve((socket) => waiting.push(socket));
    const pool = open(server.origin, { connectionsPerTarget: 2, answerTimeoutMs: 5000 });
    const all = Promise.all(Array.from({ length: 6 }, () => ask(pool)));
    for (let i = 0; i < 6; i += 1) {
      await until(() => waiting.length > 0);
      waiting.shift()?.write(ok(String(i)));
    }
    expect((await all).map(({ body }) => body).sort()).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(server.connections()).toBe(2);
  });

  test('refuses what is too much to wait', async () => {
    const server = await serve(() => undefined);
    const pool = open(server.origin, { connectionsPerTarget: 1, waitingPerTarget: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(pool)));
    expect(answers.filter(({ fault }) => fault === 'overloaded').length).toBeGreaterThanOrEqual(2);
    expect(answers.every(({ fault }) => fault !== null)).toBe(true);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['silence', () => undefined, 'timeout'],
    ['silence in the middle', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhe'), 'timeout'],
    ['garbage', (socket) => socket.write('hello there\r\n\r\n'), 'bad-response'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'broken'],
    ['an end', (socket) => socket.end(), 'broken'],
    ['half an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhe'), 'broken'],
  ])('tells of %s, and goes on with another connection', async (_, misbehave, fault) => {
    let first = true;
    const server = await serve((socket) => {
      if (first) misbehave(socket);
      else socket.write(ok('yes'));
      first = false;
    });
    const pool = open(server.origin);
    expect((await ask(pool)).fault).toBe(fault);
    expect(await ask(pool)).toEqual({ status: 200, body: 'yes', fault: null });
    expect(server.connections()).toBe(2);
  });

  test('tells at once of a server that is not there', async () => {
    const pool = open(`http://127.0.0.1:${await freePort()}`);
    expect((await ask(pool)).fault).toBe('unreachable');
  });

  test('a stray answer closes the connection before anybody takes it for theirs', async () => {
    let asked = 0;
    const server = await serve((socket) => {
      asked += 1;
      socket.write(asked === 1 ? ok('one') + ok('stray') : ok('two'));
    });
    const pool = open(server.origin);
    await ask(pool);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await ask(pool)).body).toBe('two');
    expect(server.connections()).toBe(2);
  });

  test('waits for a slow user without a time-out, and gives up when told to', async () => {
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello');
      setTimeout(() => socket.write('world'), 50);
    });
    const pool = open(server.origin);
    const slow = await ask(pool, null, {
      onStart: (_, __, flow) => {
        flow.pause();
        setTimeout(() => flow.resume(), 700);
      },
    });
    expect(slow.fault).toBeNull();
    let ended = false;
    pool.dispatch(
      { method: 'GET', path: '/', headers: [], body: null },
      {
        onStart: (_, __, flow) => flow.abort(),
        onData: () => undefined,
        onPause: () => undefined,
        onEnd: () => {
          ended = true;
        },
        onError: () => {
          ended = true;
        },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ended).toBe(false);
  });

  test('when it closes, whoever waits is told', async () => {
    const server = await serve(() => undefined);
    const pool = open(server.origin, { connectionsPerTarget: 1 });
    const answers = [ask(pool), ask(pool)];
    await new Promise((resolve) => setTimeout(resolve, 50));
    pool.close();
    expect((await Promise.all(answers)).map(({ fault }) => fault)).toEqual(['closed', 'closed']);
    expect((await ask(pool)).fault).toBe('closed');
  });
});

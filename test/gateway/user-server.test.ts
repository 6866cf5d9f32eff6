import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect, Server, type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { RequestHead } from '../../src/gateway/http1/request-parser.js';
import type { AnswerWriter } from '../../src/gateway/server/answer-writer.js';
import { UserServer } from '../../src/gateway/server/user-server.js';
import { until } from './stage.js';

type Serve = (head: RequestHead, body: Buffer | null, answer: AnswerWriter) => void;

let server: UserServer;
afterEach(() => {
  jest.restoreAllMocks();
  return server.close(0);
});

const echo: Serve = ({ url }, body, answer) => answer.replyJson(200, { url, body: body?.toString() ?? null });

async function start(serve: Serve = echo, over: Partial<Parameters<typeof UserServer.listen>[1]> = {}) {
  server = await UserServer.listen(
    { bodyLimit: () => 100_000, serve },
    { host: '127.0.0.1', port: 0, connections: 100, stalledMs: 500, bodyBytes: 10_000_000, tls: null, ...over },
  );
}

/** A raw connection, and all that came back on it. */
function dial(): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  return { socket, text: () => text, closed: new Promise((resolve) => socket.on('close', resolve)) };
}
const get = (path: string, ...headers: string[]) =>
  ['GET ' + path + ' HTTP/1.1', 'host: x', ...headers, '', ''].join('\r\n');

test('who connects before the server has heard that it listens, as in a process of a cluster, is answered', async () => {
  const { prototype } = Server;
  const listen = Reflect.get(prototype, 'listen') as (...given: unknown[]) => Server;
  const early = new Promise<Socket>((resolve) => {
    jest.spyOn(prototype, 'listen').mockImplementation(function (this: Server, ...[options, heard]: unknown[]) {
      return listen.call(this, options, () => {
        const socket = connect((this.address() as AddressInfo).port, '127.0.0.1');
        void once(this, 'connection').then(() => (heard as () => void)());
        resolve(socket);
      });
    });
  });
  await start();
  const socket = await early;
  socket.write(get('/early'));
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  expect(bytes.toString()).toContain('"url":"/early"');
  socket.destroy();
});

describe('answers', () => {
  test('go out in the order of the requests, however many come at once', async () => {
    await start(({ url }, _, answer) => {
      setTimeout(() => answer.replyJson(200, { url }), url === '/0' ? 50 : 0);
    });
    const { socket, text } = dial();
    socket.write(Array.from({ length: 20 }, (_, i) => get(`/${i}`)).join(''));
    await until(() => text().includes('"/19"'));
    const urls = [...text().matchAll(/"url":"\/(\d+)"/g)].map(([, n]) => Number(n));
    expect(urls).toEqual(Array.from({ length: 20 }, (_, i) => i));
    socket.destroy();
  });

  test('of unknown length go out in chunks, and to HTTP/1.0 up to the close', async () => {
    await start((_, __, answer) => {
      answer.writeHead(200, ['content-type', 'text/plain']);
      answer.write(Buffer.from('one '));
      setTimeout(() => answer.end(Buffer.from('two')), 20);
    });
    const answer = await fetch(server.url);
    expect(await answer.text()).toBe('one two');
    const old = dial();
    old.socket.write('GET / HTTP/1.0\r\n\r\n');
    await old.closed;
    expect(old.text()).toMatch(/connection: close\r\n\r\none two$/);
    expect(old.text()).not.toMatch(/chunked/);
  });

  test('to HEAD have no body, and the connection goes on', async () => {
    await start();
    const { socket, text } = dial();
    socket.write(`HEAD /a HTTP/1.1\r\nhost: x\r\n\r\n${get('/b')}`);
    await until(() => text().includes('"/b"'));
    expect(text()).not.toContain('"/a"');
    socket.destroy();
  });

  test('agree with what Node’s own client reads', async () => {
    await start();
    const body = 'é'.repeat(20_000);
    const answer = await new Promise<string>((resolve, reject) => {
      const call = httpRequest(server.url, { method: 'POST', headers: { expect: '100-continue' } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      });
      call.on('error', reject);
      call.on('continue', () => call.end(body));
    });
    expect(JSON.parse(answer)).toEqual({ url: '/', body });
  });
});

describe('a connection is ended', () => {
  test.each([
    ['after garbage, with 400', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'after a smuggled request, with 400 and nothing else',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nhost: x\r\n\r\n',
      /^HTTP\/1\.1 400 [^]*\}\n$/,
    ],
    [
      'after a body that is too large, with 413',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n',
      /^HTTP\/1\.1 413 /,
    ],
    ['when the client wants it', get('/', 'connection: close'), /connection: close/],
  ])('%s', async (_, bytes, expected) => {
    let served = 0;
    await start((head, body, answer) => {
      served += 1;
      echo(head, body, answer);
    });
    const { socket, text, closed } = dial();
    socket.write(bytes);
    await closed;
    expect(text()).toMatch(expected);
    expect(text().match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(served).toBe(bytes.startsWith('GET') ? 1 : 0);
  });

  test('when a user takes nothing of an answer', async () => {
    let writer: AnswerWriter | undefined;
    let left = false;
    await start((_, __, answer) => {
      writer = answer;
      answer.onLeave(() => {
        left = true;
      });
      answer.writeHead(200, []);
      const pump = () => {
        while (!left && answer.write(Buffer.alloc(65_536)));
      };
      answer.onceDrained(pump);
      pump();
    });
    const { socket } = dial();
    socket.pause();
    socket.write(get('/'));
    await until(() => left, 5000);
    expect(writer?.destroyed).toBe(true);
  });

  test('by the server only after the answer under way', async () => {
    await start(({ url }, _, answer) => {
      setTimeout(() => answer.replyJson(200, { url }), 100);
    });
    const [busy, idle] = [dial(), dial()];
    busy.socket.write(get('/slow') + get('/never'));
    await once(idle.socket, 'connect');
    await new Promise((resolve) => setTimeout(resolve, 30));
    await server.close(2000);
    await Promise.all([busy.closed, idle.closed]);
    expect(busy.text()).toContain('"/slow"');
    expect(busy.text()).not.toContain('"/never"');
  });
});

test('more connections than allowed are refused, and those that were there go on', async () => {
  await start(echo, { connections: 3 });
  const first = dial();
  await once(first.socket, 'connect');
  const rest = Array.from({ length: 6 }, () => dial());
  await Promise.all(rest.slice(2).map(({ closed }) => closed));
  first.socket.write(get('/still'));
  await until(() => first.text().includes('"/still"'));
  for (const { socket } of [first, ...rest]) socket.destroy();
});

test('a client that sends ahead without end is made to wait', async () => {
  const waiting: AnswerWriter[] = [];
  await start((_, __, answer) => waiting.push(answer));
  const { socket } = dial();
  const flood = get(`/${'x'.repeat(1000)}`).repeat(1000);
  for (let i = 0; i < 40; i += 1) socket.write(flood);
  await until(() => waiting.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(waiting).toHaveLength(1);
  // The kernel's buffers take some megabytes; the rest stays where it came from.
  expect(socket.writableLength).toBeGreaterThan(20_000_000);
  socket.destroy();
});

import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { PeerQueue } from '../../src/gateway/peer-queue.js';
import { until } from './stage.js';

/** A replica that answers what it is told to answer, and keeps what it has taken. */
class Peer {
  answer: () => number = () => 200;
  isPeer = true;
  readonly taken: string[] = [];
  readonly lines: string[] = [];
  readonly queue = new PeerQueue({
    url: 'http://peer',
    isPeer: () => this.isPeer,
    log: (level, message, fields) => void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    send: async ({ path }) => {
      await wait(1);
      const status = this.answer();
      if (status < 500) this.taken.push(path);
      return status;
    },
  });
  put(...paths: string[]): void {
    for (const path of paths) this.queue.add({ method: 'PUT', path, body: '{}' });
  }
}

const away = () => {
  throw new Error('ECONNREFUSED');
};

describe('what another replica is told', () => {
  test('waits until it can be told, and keeps its order', async () => {
    const peer = new Peer();
    peer.answer = away;
    peer.put('/a', '/b');
    await until(async () => peer.lines.length === 1);
    await wait(300);
    peer.put('/a');
    peer.answer = () => 503;
    await wait(600);
    expect(peer.taken).toEqual([]);
    peer.answer = () => 200;
    await until(async () => peer.taken.length === 3);
    expect(peer.taken).toEqual(['/a', '/b', '/a']);
    // Said once, however often it was tried.
    expect(peer.lines).toEqual([expect.stringContaining('warn a peer could not be told; it is tried again')]);
    peer.put('/c');
    await until(async () => peer.taken.length === 4);
  });

  test('a refusal is an answer, and one that nobody expects is written down', async () => {
    const peer = new Peer();
    const answers = [409, 404, 422, 200];
    peer.answer = () => answers.shift() ?? 200;
    peer.put('/a', '/b', '/c', '/d');
    await until(async () => peer.taken.length === 4);
    expect(peer.lines).toEqual(['warn a peer refuses {"url":"http://peer","path":"/c","status":422}']);
  });

  test('is at most 1000 commands; the oldest go', async () => {
    const peer = new Peer();
    peer.answer = away;
    peer.put(...Array.from({ length: 1001 }, (_, at) => `/${at}`));
    expect(peer.lines).toEqual([
      'error a peer is not told: 1000 commands wait for it {"url":"http://peer","path":"/0"}',
    ]);
    peer.answer = () => 200;
    await until(async () => peer.taken.at(-1) === '/1000');
    expect(peer.taken.length).toBeGreaterThanOrEqual(1000);
  });

  test('ends where it is no replica any more', async () => {
    const peer = new Peer();
    peer.answer = away;
    peer.put('/a');
    await until(async () => peer.lines.length === 1);
    peer.isPeer = false;
    await wait(300);
    [peer.isPeer, peer.answer] = [true, () => 200];
    peer.put('/b');
    await until(async () => peer.taken.length > 0);
    expect(peer.taken).toEqual(['/b']);
  });
});

import { afterEach, expect, jest, test } from '@jest/globals';
import { EventHub, type Follower } from '../../src/api/live/event-hub.js';
import type { Change, RolloutList } from '../../src/ports/rollout-list.js';
import { decisionOf } from '../stores/rollout-fixtures.js';

/** Positions that are there; each is a decision with that sequence. */
let there: number[] = [];
let hub: EventHub | null = null;
afterEach(async () => {
  await hub?.close();
});

const changeAt = (position: number): Change => ({
  position,
  kind: 'decision',
  decision: decisionOf('r', position),
  service: 's',
});
const list: Pick<RolloutList, 'bounds' | 'changes'> = {
  bounds: async () => ({ oldest: there[0] ?? 0, newest: Math.max(...there) }),
  changes: async (after, missing, limit) => {
    const positions = there
      .filter((at) => at > after || missing.includes(at))
      .sort((a, b) => a - b)
      .slice(0, limit);
    return { changes: positions.map(changeAt), positions };
  },
};

class Listener implements Follower {
  hasRoom = true;
  readonly heard: [number | string, number][] = [];
  private readonly room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  tell(change: Change, id: number): void {
    this.heard.push([change.position, id]);
    this.hasRoom = this.heard.length < this.room;
  }

  reset(reason: string, id: number): void {
    this.heard.push([reason, id]);
  }

  alive(): void {}

  async until(count: number): Promise<void> {
    for (const end = performance.now() + 5000; this.heard.length < count && performance.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const open = () => {
  hub = new EventHub(list as RolloutList, { intervalMs: 5 });
  return hub;
};

test('each of a batch has an id of its own, and a late one does not move it back', async () => {
  there = [1];
  const listener = new Listener();
  await open().follow(null, listener);
  there = [1, 2, 4, 5];
  await listener.until(4);
  there = [1, 2, 3, 4, 5, 6];
  await listener.until(6);
  expect(listener.heard).toEqual([
    ['connected', 1],
    [2, 2],
    [4, 4],
    [5, 5],
    [3, 5],
    [6, 6],
  ]);
});

test('what is too much to tell at once is a reset, after which it goes on', async () => {
  there = Array.from({ length: 2000 }, (_, n) => n + 1);
  const listener = new Listener(3);
  await open().follow(10, listener);
  expect(listener.heard).toEqual([
    [11, 11],
    [12, 12],
    [13, 13],
    ['more was missed than is told at once', 2000],
  ]);
  there.push(2001);
  await listener.until(5);
  expect(listener.heard[4]).toEqual([2001, 2001]);
});

test('a store that was restored from a backup is noticed: all read again, and hear of what changes from there on', async () => {
  there = [1, 2, 3, 1000];
  const listener = new Listener();
  await open().follow(null, listener);
  there = [1, 2, 3];
  await listener.until(2);
  there.push(4);
  await listener.until(3);
  expect(listener.heard).toEqual([
    ['connected', 1000],
    ['the store was set back', 3],
    [4, 4],
  ]);
});

test('what was skipped before the store was away for long is asked for once more', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    there = [1];
    const listener = new Listener();
    let isAway = false;
    const away: Pick<RolloutList, 'bounds' | 'changes'> = {
      ...list,
      changes: (...asked) => (isAway ? Promise.reject(new Error('away')) : list.changes(...asked)),
    };
    hub = new EventHub(away as RolloutList, { intervalMs: 5 });
    await hub.follow(null, listener);
    there = [1, 3];
    await jest.advanceTimersByTimeAsync(10);
    isAway = true;
    await jest.advanceTimersByTimeAsync(60_000);
    there = [1, 2, 3];
    isAway = false;
    await jest.advanceTimersByTimeAsync(10);
    expect(listener.heard).toEqual([
      ['connected', 1],
      [3, 3],
      [2, 3],
    ]);
  } finally {
    jest.useRealTimers();
  }
});

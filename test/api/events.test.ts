import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Store } from '../../src/ports/store.js';
import type { LiveEvent } from '../../src/sdk/index.js';
import { testStore } from '../setup/store.js';
import { decisionOf, stateOf as stateOfService } from '../stores/rollout-fixtures.js';
import { openSite, type Site, TOKENS } from './site.js';

let store: Store;
let site: Site;
beforeAll(async () => {
  store = await testStore();
  site = await openSite(store);
}, 120_000);
afterAll(async () => {
  await site?.close();
  await store?.close();
});

const stateOf = (rolloutId: string, parts: Partial<RolloutState> & { service: string }) =>
  stateOfService(parts.service, { rolloutId, ...parts });

/** Reads until there are as many as wanted, pings apart. */
async function take(
  most: number,
  act: () => Promise<void>,
  options: { service?: string; lastEventId?: string } = {},
): Promise<LiveEvent[]> {
  const over = new AbortController();
  const seen: LiveEvent[] = [];
  let acted = false;
  for await (const event of site.client(TOKENS.viewer).events({ ...options, signal: over.signal })) {
    if (event.event === 'ping') continue;
    seen.push(event);
    if (!acted && (event.event === 'reset' || options.lastEventId !== undefined)) {
      acted = true;
      await act();
    }
    if (seen.length === most) over.abort();
  }
  return seen;
}

describe('live events', () => {
  test('a change is heard within a second, with the ledger and incidents beside it', async () => {
    let savedAt = 0;
    let heardAfter = Number.NaN;
    const over = new AbortController();
    const seen: LiveEvent[] = [];
    for await (const event of site.client(TOKENS.viewer).events({ signal: over.signal })) {
      seen.push(event);
      if (event.event === 'reset') {
        savedAt = performance.now();
        await store.saveRollout(stateOf('live-1', { service: 'live' }));
        await store.appendDecision(decisionOf('live-1'));
      }
      if (event.event === 'rollout') heardAfter = performance.now() - savedAt;
      if (seen.length === 3) over.abort();
    }
    process.stderr.write(`an event is heard ${heardAfter.toFixed(0)} ms after saveRollout\n`);
    expect(heardAfter).toBeLessThan(1000);
    expect(seen.map(({ event }) => event)).toEqual(['reset', 'rollout', 'decision']);
    expect(seen[1]?.data).toMatchObject({ rolloutId: 'live-1', needsMe: false });
    expect(seen[2]?.data).toMatchObject({ rolloutId: 'live-1', sequence: 1 });
  });

  test('goes on after the last event that was heard', async () => {
    const [, first] = await take(2, () => store.saveRollout(stateOf('live-2', { service: 'live' })));
    for (const revision of [11, 12, 13]) await store.saveRollout(stateOf('live-2', { service: 'live', revision }));
    await store.saveRollout(stateOf('live-3', { service: 'live' }));
    const after = await take(2, async () => undefined, { lastEventId: first?.id ?? '' });
    // What came between is told once, as it is now.
    expect(after.map(({ data }) => data)).toMatchObject([
      { rolloutId: 'live-2', revision: 13 },
      { rolloutId: 'live-3' },
    ]);
  });

  test('an id that is not kept any more, or never was, is answered by reset', async () => {
    const [only] = await take(1, async () => undefined, { lastEventId: '999999999' });
    expect(only).toMatchObject({ event: 'reset', data: { reason: expect.stringContaining('no longer kept') } });
  });

  test('more than can be told at once is a reset, and the client comes back from there', async () => {
    const [, first] = await take(2, () => store.saveRollout(stateOf('before', { service: 'large' })));
    const reason = 'x'.repeat(20_000);
    for (let n = 0; n < 100; n += 1) await store.saveRollout(stateOf(`large-${n}`, { service: 'large', reason }));
    const over = new AbortController();
    const states: string[] = [];
    const client = site.client(TOKENS.viewer);
    let reset: LiveEvent | null = null;
    for await (const event of client.events({
      lastEventId: first?.id ?? '',
      signal: over.signal,
      onConnection: (state) => states.push(state),
    })) {
      if (event.event !== 'reset') continue;
      reset = event;
      over.abort();
    }
    expect(reset).toMatchObject({ data: { reason: expect.stringContaining('than is told at once') } });
    expect(states).toEqual(['open']);
    await store.saveRollout(stateOf('after', { service: 'large' }));
    const [next] = await take(1, async () => undefined, { lastEventId: reset?.id ?? '' });
    expect(next).toMatchObject({ data: { rolloutId: 'after' } });
  });

  test('only of one service where it is named', async () => {
    const seen = await take(
      2,
      async () => {
        await store.saveRollout(stateOf('other-1', { service: 'other' }));
        await store.saveRollout(stateOf('mine-1', { service: 'mine' }));
      },
      { service: 'mine' },
    );
    expect(seen[1]?.data).toMatchObject({ rolloutId: 'mine-1' });
  });

  test('needs a token, and a place among those who listen', async () => {
    expect((await site.ask('/v1/events', null)).status).toBe(401);
    const own = await openSite(store, { live: { most: 1 } });
    const first = await own.ask('/v1/events');
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const second = await own.ask('/v1/events');
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '10']);
    await first.body?.cancel();
    await own.close();
  });

  test('nobody takes all places', async () => {
    const own = await openSite(store, { live: { most: 10, mostEach: 2 } });
    const mine = [await own.ask('/v1/events'), await own.ask('/v1/events')];
    const third = await own.ask('/v1/events');
    expect([third.status, ((await third.json()) as { detail: string }).detail]).toEqual([
      429,
      '2 connections of subject viewer@example.test follow already',
    ]);
    const other = await own.ask('/v1/events', TOKENS.operator);
    expect(other.status).toBe(200);
    for (const { body } of [...mine, other]) await body?.cancel();
    await own.close();
  });

  test('HEAD does not follow', async () => {
    const own = await openSite(store, { live: { most: 1 } });
    const head = await own.ask('/v1/events', TOKENS.viewer, { method: 'HEAD' });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET']);
    const get = await own.ask('/v1/events');
    expect(get.status).toBe(200);
    await get.body?.cancel();
    await own.close();
  });

  test('the client connects again after the api was away, and misses nothing', async () => {
    let own = await openSite(store);
    const port = Number(new URL(own.api.url).port);
    const over = new AbortController();
    const states: string[] = [];
    const heard: unknown[] = [];
    const client = own.client(TOKENS.viewer);
    for await (const event of client.events({ signal: over.signal, onConnection: (state) => states.push(state) })) {
      if (event.event === 'reset') {
        await own.close();
        await store.saveRollout(stateOf('while-away', { service: 'live' }));
        own = await openSite(store, { port } as never);
      }
      if (event.event === 'rollout') {
        heard.push(event.data.rolloutId);
        over.abort();
      }
    }
    expect(heard).toEqual(['while-away']);
    expect(states[0]).toBe('open');
    await own.close();
  }, 30_000);
});

import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { LogBatch, LogMinute, LogStore, LogTemplate } from '../../src/ports/log-store.js';
import { newService } from './observation-fixtures.js';

const DAY_MS = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
/** Far from any other test's days, and each test's its own. */
let nextDay = Date.parse('2027-01-01T00:00:00Z');
const newDay = () => (nextDay += 40 * DAY_MS);

const minuteOf = (service: string, atMs: number, parts: Partial<LogMinute> = {}): LogMinute => ({
  service,
  version: 'v1',
  minute: iso(atMs),
  templateId: 't1',
  level: 'error',
  lines: 3,
  ...parts,
});
const templateOf = (service: string, atMs: number, parts: Partial<LogTemplate> = {}): LogTemplate => ({
  service,
  id: 't1',
  text: 'user <*> failed',
  sample: 'user a failed',
  firstSeen: iso(atMs),
  lastSeen: iso(atMs),
  ...parts,
});
const batchOf = (parts: Partial<LogBatch>): LogBatch => ({ key: null, templates: [], minutes: [], ...parts });

/** What every `LogStore` keeps to. */
export function logContract(store: () => LogStore): void {
  test('adds up what is alike; spans are by minutes, the end left out', async () => {
    const [service, day] = [newService(), newDay()];
    const span = { service, since: iso(day), until: iso(day + 120_000) };
    await store().append(batchOf({ templates: [templateOf(service, day)], minutes: [minuteOf(service, day)] }));
    await store().append(
      batchOf({
        minutes: [
          minuteOf(service, day, { lines: 4 }),
          minuteOf(service, day + 60_000, { version: 'v2' }),
          minuteOf(service, day + 60_000, { level: 'info', lines: 10 }),
          minuteOf(service, day + 120_000, { lines: 100 }),
        ],
      }),
    );
    expect(await store().counts(span, 10)).toEqual([
      { version: 'v1', templateId: 't1', level: 'info', lines: 10 },
      { version: 'v1', templateId: 't1', level: 'error', lines: 7 },
      { version: 'v2', templateId: 't1', level: 'error', lines: 3 },
    ]);
    expect(await store().counts(span, 1)).toHaveLength(1);
    expect(await store().series(span, 60_000)).toEqual([
      { at: iso(day), lines: 7, errors: 7 },
      { at: iso(day + 60_000), lines: 13, errors: 3 },
    ]);
    expect(await store().series({ ...span, until: iso(day + 180_000) }, 120_000)).toEqual([
      { at: iso(day), lines: 20, errors: 10 },
      { at: iso(day + 120_000), lines: 100, errors: 100 },
    ]);
    expect(await store().counts({ ...span, service: newService() }, 10)).toEqual([]);
  });

  test('the same key again is the same batch, also of two that come at once', async () => {
    const [service, day] = [newService(), newDay()];
    const key = { source: randomUUID(), sequence: 7 };
    const batch = batchOf({ key, minutes: [minuteOf(service, day), minuteOf(service, day + 2 * DAY_MS)] });
    const added = await Promise.all([store().append(batch), store().append(batch), store().append(batch)]);
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await store().append({ ...batch, key: { ...key, sequence: 8 } })).toBe(true);
    const span = { service, since: iso(day), until: iso(day + 3 * DAY_MS) };
    expect(await store().counts(span, 10)).toEqual([{ version: 'v1', templateId: 'other', level: 'error', lines: 12 }]);
  });

  test('days of many writers at once', async () => {
    const [service, day] = [newService(), newDay()];
    const batches = Array.from({ length: 12 }, (_, i) =>
      batchOf({ minutes: [0, 1, 2].map((d) => minuteOf(service, day + ((i + d) % 5) * DAY_MS, { lines: 1 })) }),
    );
    await Promise.all(batches.map((batch) => store().append(batch)));
    const [count] = await store().counts({ service, since: iso(day), until: iso(day + 5 * DAY_MS) }, 10);
    expect(count?.lines).toBe(36);
  });

  test('a template keeps its first sample and its most general text', async () => {
    const [service, day] = [newService(), newDay()];
    const put = (parts: Partial<LogTemplate>) =>
      store().append(batchOf({ templates: [templateOf(service, day, parts)] }));
    await put({ text: 'user bob failed', sample: 'user bob failed' });
    await put({ text: 'user <*> failed', lastSeen: iso(day + 5000), sample: 'user eve failed' });
    await put({ text: 'user joe failed', firstSeen: iso(day - 5000), lastSeen: iso(day - 5000) });
    await put({ id: 't2', text: 'x', lastSeen: iso(day + 9000) });
    const found = await store().templates(service, 10);
    expect(found.map(({ id }) => id)).toEqual(['t2', 't1']);
    expect(found[1]).toEqual({
      service,
      id: 't1',
      text: 'user <*> failed',
      sample: 'user bob failed',
      firstSeen: iso(day - 5000),
      lastSeen: iso(day + 5000),
    });
    expect(await store().templates(service, 1)).toHaveLength(1);
  });

  test('of more templates than are kept the newest stay, and the others count as one', async () => {
    const [service, day] = [newService(), newDay()];
    for (let part = 0; part < 6; part += 1) {
      const ids = Array.from({ length: 1000 }, (_, i) => `t${part}-${i}`);
      await store().append(
        batchOf({
          templates: ids.map((id) => templateOf(service, day + part * 1000, { id })),
          minutes: ids.map((templateId) => minuteOf(service, day, { templateId, lines: 1 })),
        }),
      );
    }
    const kept = await store().templates(service, 10_000);
    expect(kept).toHaveLength(5000);
    expect(kept.some(({ id }) => id.startsWith('t0-'))).toBe(false);
    const [largest] = await store().counts({ service, since: iso(day), until: iso(day + 60_000) }, 1);
    expect(largest).toEqual({ version: 'v1', templateId: 'other', level: 'error', lines: 1000 });
  });

  test('days that are over are dropped, the one under way is not; what comes for them later makes them anew', async () => {
    const [service, day] = [newService(), Date.parse('2020-01-01T00:00:00Z')];
    const minutes = [0, 1, 2].map((d) => minuteOf(service, day + d * DAY_MS, { lines: 1 }));
    await store().append(
      batchOf({
        key: { source: randomUUID(), sequence: 0 },
        minutes,
        templates: [templateOf(service, day), templateOf(service, day + 2 * DAY_MS, { id: 't2' })],
      }),
    );
    const span = { service, since: iso(day), until: iso(day + 5 * DAY_MS) };
    const pruned = await store().prune(iso(day + 1.5 * DAY_MS));
    expect(pruned).toMatchObject({ days: 1, templates: 1, batches: 0 });
    expect((await store().series(span, DAY_MS)).map(({ at }) => at)).toEqual([
      iso(day + DAY_MS),
      iso(day + 2 * DAY_MS),
    ]);
    expect(await store().prune(iso(day + 1.5 * DAY_MS))).toEqual({ days: 0, templates: 0, batches: 0 });
    await store().append(batchOf({ minutes }));
    expect((await store().counts(span, 10))[0]?.lines).toBe(5);
  });

  test('nothing at all is a batch too; a count below one is refused', async () => {
    expect(await store().append(batchOf({}))).toBe(true);
    const bad = batchOf({ minutes: [minuteOf(newService(), newDay(), { lines: 0 })] });
    await expect(store().append(bad)).rejects.toThrow(RangeError);
  });
}

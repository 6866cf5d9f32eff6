import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Store } from '../../src/ports/store.js';
import { everyOf } from '../../src/sdk/index.js';
import { testStore } from '../setup/store.js';
import { decisionOf, stateOf as stateOfService } from '../stores/rollout-fixtures.js';
import { openSite, type Site, TOKENS } from './site.js';

const MANY = 10_000;
const HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>';

let store: Store;
let site: Site;
beforeAll(async () => {
  store = await testStore();
  site = await openSite(store, { limits: { requests: 1e6, refusals: 1e6 } });
}, 120_000);
afterAll(async () => {
  await site?.close();
  await store?.close();
});

const waits = (until: string | null = null): Pick<RolloutState, 'status' | 'waiting'> => ({
  status: 'waiting',
  waiting: { kind: 'approval', since: '2026-11-01T08:00:00.000Z', until, note: 'a person' },
});
const stateOf = (rolloutId: string) => stateOfService('digits', { rolloutId });
const rule = (approvers: string[] | null, author: string | null = null) => ({
  approvers,
  quorum: 1,
  author,
  given: [],
});

describe('rollouts', () => {
  test('ids, search, states; a page after a page; each once', async () => {
    for (let i = 0; i < 7; i += 1)
      await store.saveRollout({
        ...stateOf(`alpha-${i}`),
        service: 'alpha',
        startedAt: `2026-11-0${1 + (i % 3)}T08:00:00.000Z`,
        owner: 'Team_100%',
      });
    const client = site.client(TOKENS.viewer);
    const ids: string[] = [];
    for await (const { rolloutId } of everyOf(
      (paging) => client.listRollouts({ service: 'alpha', limit: 2, ...paging }),
      (page) => page.items,
    ))
      ids.push(rolloutId);
    expect(ids).toEqual(['alpha-5', 'alpha-2', 'alpha-4', 'alpha-1', 'alpha-6', 'alpha-3', 'alpha-0']);
    expect((await client.listRollouts({ search: 'm_100%' })).items).toHaveLength(7);
    expect((await client.listRollouts({ search: 'mx100' })).items).toHaveLength(0);
    expect((await client.listRollouts({ search: 'ALPHA-3' })).items.map(({ rolloutId }) => rolloutId)).toEqual([
      'alpha-3',
    ]);
    expect((await client.listRollouts({ service: 'alpha', status: 'promoted' })).items).toEqual([]);
  });

  test('what waits for whom', async () => {
    await store.saveRollout({
      ...stateOf('for-approver'),
      ...waits(),
      service: 'beta',
      approval: rule(['approver@example.test']),
    });
    await store.saveRollout({
      ...stateOf('for-role'),
      ...waits(),
      service: 'beta',
      approval: rule(['role:approver'], 'approver@example.test'),
    });
    await store.saveRollout({ ...stateOf('for-anybody'), ...waits(), service: 'beta', approval: null });
    const idsFor = async (token: string) =>
      (await site.client(token).listRollouts({ service: 'beta', needsMe: true })).items
        .map(({ rolloutId }) => rolloutId)
        .toSorted();
    // The one who started it may not approve it.
    expect(await idsFor(TOKENS.approver)).toEqual(['for-anybody', 'for-approver']);
    expect(await idsFor(TOKENS.viewer)).toEqual([]);
    expect(await site.client(TOKENS.approver).getRollout('for-approver')).toMatchObject({ needsMe: true, spec: null });
  });

  test('one, with where to read on, and its ledger by pages', async () => {
    for (let sequence = 1; sequence <= 5; sequence += 1)
      await store.appendDecision({ ...decisionOf('alpha-1'), sequence, reason: `line ${sequence}` });
    const client = site.client(TOKENS.viewer);
    expect((await client.getRollout('alpha-1')).links).toEqual({
      webUi: null,
      report: '/v1/rollouts/alpha-1/report',
      reportHtml: '/v1/rollouts/alpha-1/report.html',
    });
    const first = await client.listDecisions('alpha-1', { limit: 3 });
    expect(first.decisions.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const rest = await client.listDecisions('alpha-1', { limit: 3, cursor: first.next ?? '' });
    expect([rest.decisions.map(({ sequence }) => sequence), rest.next]).toEqual([[4, 5], null]);
    await expect(client.listDecisions('none')).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
    await expect(client.listRollouts({ cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ status: 400, code: 'USAGE' });
  });

  test('measurements of one that has none say so', async () => {
    const client = site.client(TOKENS.viewer);
    expect(await client.getSeries('alpha-1', { interval: '25s' })).toMatchObject({
      versions: [],
      intervalMs: expect.any(Number),
    });
    expect(await client.getDrift('alpha-1')).toMatchObject({
      drift: { data: null, note: expect.stringContaining('No samples') },
    });
    expect(await client.getImpact('alpha-1')).toMatchObject({ impact: { data: null } });
    expect(await client.listExperiments('alpha-1')).toEqual({ experiments: [], next: null });
  });

  test('services with what they have', async () => {
    const page = await site.client(TOKENS.viewer).listServices({ limit: 1 });
    expect(page.services).toMatchObject([{ service: 'alpha', serving: null, rollout: { rolloutId: 'alpha-5' } }]);
    const after = await site.client(TOKENS.viewer).listServices({ limit: 1, cursor: page.next ?? '' });
    expect(after.services[0]?.service).toBe('beta');
    await expect(site.client(TOKENS.viewer).getRoute('alpha')).rejects.toMatchObject({ status: 404 });
  });

  test('hostile text comes back as it is, as JSON that no browser shows as a page', async () => {
    await store.saveRollout({ ...stateOf('hostile'), service: 'hostile', reason: HOSTILE, owner: HOSTILE });
    const answer = await site.ask('/v1/rollouts/hostile');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.json()).toMatchObject({ reason: HOSTILE, owner: HOSTILE });
    const refused = await site.ask(`/v1/rollouts/${encodeURIComponent(HOSTILE)}`);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      400,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
  });
});

test(`${MANY} rollouts: pages, search and what needs me within 100 ms`, async () => {
  const state = stateOf('x');
  for (let i = 0; i < MANY; i += 1)
    await store.saveRollout({
      ...state,
      rolloutId: `many-${String(i).padStart(5, '0')}`,
      service: `many-${i % 500}`,
      startedAt: new Date(Date.parse('2025-01-01T00:00:00Z') + i * 60_000).toISOString(),
      ...(i % 1000 === 0 ? { ...waits(), approval: rule(null) } : { status: 'promoted' as const }),
    });
  const client = site.client(TOKENS.approver);
  const timed = async (query: Parameters<typeof client.listRollouts>[0]) => {
    await client.listRollouts(query);
    const runs: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const from = performance.now();
      await client.listRollouts(query);
      runs.push(performance.now() - from);
    }
    return runs.toSorted((a, b) => a - b)[2] ?? Number.NaN;
  };
  const times = {
    page: await timed({ limit: 50 }),
    search: await timed({ search: 'many-00017', limit: 50 }),
    nothing: await timed({ search: 'no such thing', limit: 50 }),
    needsMe: await timed({ needsMe: true, limit: 50 }),
    active: await timed({ active: true, limit: 50 }),
  };
  process.stderr.write(`10,000 rollouts, median ms: ${JSON.stringify(times)}\n`);
  expect((await client.listRollouts({ needsMe: true, search: 'many-' })).items).toHaveLength(10);
  // Generous, for a machine that runs other suites; on an idle one all are far below 100.
  for (const ms of Object.values(times)) expect(ms).toBeLessThan(400);
}, 180_000);

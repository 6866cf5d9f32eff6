import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTokenFile } from '../../../src/api/auth/token-file.js';
import { type StartedApi, startApi } from '../../../src/api/server.js';
import type { Store } from '../../../src/ports/store.js';
import { openStore } from '../../../src/stores/open-store.js';
import { findPostgres, type PostgresServer, startPostgres } from '../../setup/postgres.js';
import { sluice } from '../../setup/sluice.js';
import { testStore } from '../../setup/store.js';
import { decision, NOW, spec, stateInBake } from './example-rollout.js';

const NOBODY = '127.0.0.1:9';

/** Enough for three pages of the api. */
const MANY = 1100;

async function fill(store: Store): Promise<void> {
  for (let n = 0; n < MANY; n += 1) {
    const startedAt = new Date(NOW - (MANY - n + 60) * 60_000).toISOString();
    const status = n % 50 === 3 ? ('waiting' as const) : ('promoted' as const);
    const waiting =
      status === 'waiting' ? { kind: 'hold' as const, since: startedAt, until: null, note: 'who knows' } : null;
    await store.saveRollout(stateInBake({ rolloutId: `old-${n}`, service: `svc-${n}`, startedAt, status, waiting }));
  }
  const state = stateInBake();
  await store.saveRollout(state);
  await store.record.saveSpec(state.rolloutId, spec);
  for (const sequence of [1, 2, 3]) await store.appendDecision(decision(sequence, { reason: `reason ${sequence}` }));
}

/** What every way to the store has to give. */
function answersAlike(env: () => Record<string, string>): void {
  test('get, with the steps of its spec', async () => {
    const { code, stdout } = await sluice(env(), 'get', 'digits');
    expect([code, stdout]).toEqual([0, expect.stringContaining('├─◐  25 %  bake 30m')]);
  });

  test('list: all pages, what needs somebody, and a search', async () => {
    const [all, mine, found] = await Promise.all([
      sluice(env(), 'list', '--all', '-o', 'name'),
      sluice(env(), 'list', '--needs-me', '--limit', '5', '-o', 'json'),
      sluice(env(), 'list', '--search', 'OLD-109', '-o', 'name'),
    ]);
    const names = all.stdout.trim().split('\n');
    expect([names.length, new Set(names).size]).toEqual([MANY + 1, MANY + 1]);
    expect(names.slice(0, 2)).toEqual(['digits-20261121-100000-4f2a', `old-${MANY - 1}`]);
    const needing = JSON.parse(mine.stdout) as { status: string; needsMe: boolean }[];
    expect(needing.map(({ status, needsMe }) => [status, needsMe])).toEqual(
      Array.from({ length: 5 }, () => ['waiting', true]),
    );
    expect(mine.stderr).toContain('there are more');
    expect(found.stdout.trim().split('\n')).toEqual(
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `old-109${n}`).concat('old-109'),
    );
  });

  test('history, by service and by rollout', async () => {
    const [service, rollout] = await Promise.all(
      ['digits', 'digits-20261121-100000-4f2a'].map((name) => sluice(env(), 'history', name, '-o', 'json')),
    );
    expect(JSON.parse(service?.stdout ?? '')).toHaveLength(3);
    expect(rollout?.stdout).toBe(service?.stdout);
  });
}

describe('over the api', () => {
  let [store, api, folder] = [undefined as unknown as Store, undefined as unknown as StartedApi, ''];
  const token = `token-${randomUUID()}`;
  const env = () => ({ TEMPORAL_ADDRESS: NOBODY, SLUICE_API: api.url, SLUICE_TOKEN: token, XDG_CACHE_HOME: folder });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-real-api-'));
    const path = join(folder, 'tokens.yaml');
    const sha256 = createHash('sha256').update(token).digest('hex');
    const expires = '2099-01-01T00:00:00Z';
    await writeFile(
      path,
      JSON.stringify({
        sluice: 'api-tokens/v1',
        tokens: [{ name: 'ann', subject: 'ann', roles: ['approver'], sha256, expires }],
      }),
    );
    store = await testStore();
    await fill(store);
    api = await startApi({ store, auth: { tokens: openTokenFile(path), oidc: null }, host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await api.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  answersAlike(env);

  test('without a token: says what is missing, and what to do', async () => {
    const ran = await sluice({ ...env(), SLUICE_TOKEN: '' }, 'history', 'digits');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/\(UNAUTHORIZED\)\ntry: .*SLUICE_TOKEN/);
  });

  test('completion knows its services', async () => {
    const { stdout } = await sluice(env(), '__complete', '--', 'get', 'dig');
    expect(stdout).toBe('digits\tv1 → v2, progressing\n:nothing\n');
  });
});

const postgres = await findPostgres();
(postgres === null ? describe.skip : describe)('over DATABASE_URL, with neither Temporal nor an api', () => {
  let [server, databaseUrl] = [undefined as unknown as PostgresServer, ''];
  beforeAll(async () => {
    if (postgres === null) return;
    server = await startPostgres(postgres);
    databaseUrl = await server.createDatabase();
    const store = await openStore({ databaseUrl });
    await fill(store);
    await store.close();
  });
  afterAll(() => server.stop());

  answersAlike(() => ({ TEMPORAL_ADDRESS: NOBODY, SLUICE_API: `http://${NOBODY}`, DATABASE_URL: databaseUrl }));
});

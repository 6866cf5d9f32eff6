import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/domain/report.js';
import { buildReport } from '../../src/report/build-report.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { decisionsOf, endedState, openRecord, recordTraffic } from './recorded-rollout.js';

const source = await findPostgres();

(source === null ? describe.skip : describe)('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(source!);
  }, 120_000);
  afterAll(() => server?.stop());

  async function reportFrom(databaseUrl?: string): Promise<Report> {
    const record = await openRecord(databaseUrl);
    try {
      const state = endedState('digits', { rolloutId: 'r-digits-1' });
      await record.store.saveRollout(state);
      for (const decision of decisionsOf(state.rolloutId)) await record.store.appendDecision(decision);
      await recordTraffic(record, state);
      return await buildReport(record.data(), state, '2026-11-20T00:00:00.000Z');
    } finally {
      await record.store.close();
    }
  }

  test('a report says the same as on PGlite', async () => {
    const report = await reportFrom(await server.createDatabase());
    expect(report.performance.data?.length).toBeGreaterThan(10);
    expect(report).toEqual(await reportFrom());
  });
});

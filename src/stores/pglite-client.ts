import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type PGliteOptions, type Transaction } from '@electric-sql/pglite';
import { lockFolder } from '../process/folder-lock.js';
import type { SqlClient, SqlSession } from './sql-client.js';
import { asStoreFault } from './sql-fault.js';

const INT8_OID = 20;
const OPTIONS: PGliteOptions = { parsers: { [INT8_OID]: Number } };

/**
 * PostgreSQL inside this process: in memory, or with its data in a folder that this process then owns.
 * @throws {SluiceError} STORE_LOCKED when another process owns the folder; STORE_UNAVAILABLE when its data can't be opened
 */
export async function openPglite(folder?: string): Promise<SqlClient> {
  if (folder === undefined) return clientOver(await start('PGlite in memory'), 'PGlite in memory', async () => {});
  const place = `PGlite in ${folder}`;
  // PGlite takes no lock of its own: a second process would write over the first one's data and hear of no error.
  const lock = await lockFolder(join(folder, 'lock'));
  try {
    const data = join(folder, 'data');
    await mkdir(data, { recursive: true, mode: 0o700 });
    return clientOver(await start(place, data), place, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function start(place: string, data?: string): Promise<PGlite> {
  try {
    return await (data === undefined ? PGlite.create(OPTIONS) : PGlite.create(data, OPTIONS));
  } catch (error) {
    throw asStoreFault(error, place);
  }
}

function clientOver(database: PGlite, place: string, release: () => Promise<void>): SqlClient {
  return {
    ...sessionOver(database, place),
    async transaction(work) {
      // Faults of `work` go through unchanged: its session has named them already.
      let failed: { readonly reason: unknown } | undefined;
      try {
        return await database.transaction(async (transaction) => {
          try {
            return await work(sessionOver(transaction, place));
          } catch (reason) {
            failed = { reason };
            throw reason;
          }
        });
      } catch (error) {
        throw failed === undefined ? asStoreFault(error, place) : failed.reason;
      }
    },
    async close() {
      try {
        if (!database.closed) await database.close();
      } finally {
        await release();
      }
    },
  };
}

function sessionOver(runner: Pick<Transaction, 'query' | 'exec'>, place: string): SqlSession {
  return {
    async query<Row>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await runner.query<Row>(text, [...params])).rows;
      } catch (error) {
        throw asStoreFault(error, place);
      }
    },
    async script(text) {
      try {
        await runner.exec(text);
      } catch (error) {
        throw asStoreFault(error, place);
      }
    },
  };
}

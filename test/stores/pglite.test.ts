import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/stores/open-store.js';
import { batchOf, bucketOf, newService } from './observation-fixtures.js';
import { runStoreProcess, type StoreProcess } from './run-store-process.js';
import { storeContract } from './store-contract.js';

storeContract('PGlite in memory', () => openStore({}));

describe('PGlite in a folder', () => {
  let dataDir: string;
  let processes: StoreProcess[];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-pglite-'));
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await rm(dataDir, { recursive: true, force: true });
  });
  const start = async (service?: string) => {
    const process = await runStoreProcess({ dataDir, ...(service === undefined ? {} : { service }) });
    processes.push(process);
    return process;
  };

  test('keeps its data over a restart', async () => {
    const service = newService();
    const first = await openStore({ dataDir });
    await first.appendObservations(batchOf({ buckets: [bucketOf(service)] }));
    await first.close();
    const second = await openStore({ dataDir });
    expect((await second.armSummaries({ service }))[0]?.requests).toBe(10);
    await second.close();
    await second.close();
    await expect(second.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('a second owner in the same process is refused', async () => {
    const owner = await openStore({ dataDir });
    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await owner.close();
  });

  test('a second process is refused, with the folder and the pid of the owner', async () => {
    const owner = await openStore({ dataDir });
    const { said } = await start();
    expect(said).toMatch(/^STORE_LOCKED /);
    expect(said).toContain(dataDir);
    expect(said).toContain(`process ${process.pid} `);
    await owner.close();
  });

  test('after kill -9 of the owner the next one gets the folder, with what was written', async () => {
    const service = newService();
    const owner = await start(service);
    expect(owner.said).toBe('open');
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(`process ${owner.pid} `),
    });
    await owner.kill();
    const next = await openStore({ dataDir });
    expect((await next.armSummaries({ service }))[0]?.requests).toBe(10);
    await next.close();
  });

  test('of two processes that race for the folder of a dead one, one gets it', async () => {
    await (await start()).kill();
    const said = (await Promise.all([start(), start()])).map((process) => process.said.split(' ', 1)[0]);
    expect(new Set(said)).toEqual(new Set(['STORE_LOCKED', 'open']));
  });
});

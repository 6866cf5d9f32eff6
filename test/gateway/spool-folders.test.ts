import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gatherSpools } from '../../src/gateway/record/spool.js';
import { GatewayStage, until } from './stage.js';

let folder: string;
const logged: string[] = [];
const log = (level: string, message: string) => void logged.push(`${level}: ${message}`);
beforeEach(async () => {
  logged.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'sluice-spools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a process of that number could not ship. */
async function leave(stateDir: string, spool: string, name: string): Promise<void> {
  await mkdir(join(stateDir, spool), { recursive: true });
  await writeFile(join(stateDir, spool, name), '{}');
}
const found = async (spool: string) => (await readdir(join(folder, spool))).sort();

describe('batches of processes that are no more', () => {
  test('are taken over by the first of fewer processes', async () => {
    for (const spool of ['spool0', 'spool1', 'spool2', 'spool3']) await leave(folder, spool, `${spool}.json`);
    await gatherSpools(folder, log, 2);
    expect([await found('spool0'), await found('spool1')]).toEqual([
      ['spool0.json', 'spool2.json', 'spool3.json'],
      ['spool1.json'],
    ]);
    expect((await readdir(folder)).sort()).toEqual(['spool0', 'spool1']);
  });

  test('are taken over from a gateway that was on its own', async () => {
    await leave(folder, 'spool', 'a.json');
    await leave(folder, 'spooled-by-hand', 'b.json');
    await gatherSpools(folder, log, 2);
    expect(await found('spool0')).toEqual(['a.json']);
    expect((await readdir(folder)).sort()).toEqual(['spool0', 'spooled-by-hand']);
  });

  test('are no reason not to start where they can not be had', async () => {
    await leave(folder, 'spool1', 'a.json');
    await writeFile(join(folder, 'spool2'), 'no folder');
    await gatherSpools(join(folder), log);
    expect(await found('spool')).toEqual(['a.json']);
    expect(logged).toEqual(['error: records of an earlier process are not sent']);
  });

  test('are shipped by a gateway that is on its own now', async () => {
    const stage = await GatewayStage.open();
    try {
      const head = { gatewayId: 'g1/3', bootId: '00000000-0000-4000-8000-000000000000', sequence: 7 };
      const name = `${String(Date.now() - 60_000).padStart(15, '0')}-${head.bootId}-0000000007.json`;
      await mkdir(join(stage.stateDir, 'spool3'));
      await writeFile(join(stage.stateDir, 'spool3', name), JSON.stringify(head));
      await stage.restart();
      await until(() => stage.collector.requests.some(({ body }) => body === JSON.stringify(head)));
    } finally {
      await stage.close();
    }
  });
});

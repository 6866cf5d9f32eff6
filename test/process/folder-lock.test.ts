import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SluiceError } from '../../src/domain/errors.js';
import { type FolderLock, lockFolder } from '../../src/process/folder-lock.js';
import { liveness, ownIdentity, type ProcessIdentity } from '../../src/process/process-identity.js';

/** Linux says of a process when it started, in which boot and under which pid namespace. */
const onLinux = process.platform === 'linux' ? test : test.skip;

describe('folder lock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const leave = async (number: number, parts: Partial<ProcessIdentity> & { released?: boolean }) => {
    const claim = { ...(await ownIdentity()), released: false, ...parts };
    await writeFile(join(folder, `claim-${number}.json`), JSON.stringify(claim));
  };
  const takeAtOnce = async (takers: number): Promise<FolderLock[]> => {
    const results = await Promise.allSettled(Array.from({ length: takers }, () => lockFolder(folder)));
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'STORE_LOCKED' });
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  };

  test('a held folder is refused, a released one is not', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(SluiceError);
    await lock.release();
    await lock.release();
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('of twenty that race for a new folder, one wins', async () => {
    expect(await takeAtOnce(20)).toHaveLength(1);
  });

  test('of twenty that race for the folder of a dead owner, one wins, again and again', async () => {
    for (let round = 1; round <= 20; round += 1) {
      await rm(folder, { recursive: true });
      await lockFolder(folder).then((lock) => lock.release());
      await leave(2, { pid: 2 ** 22 + 1 }); // above the highest pid that Linux gives
      expect(await takeAtOnce(20)).toHaveLength(1);
    }
  });

  test('takers and releases in turmoil never make two owners', async () => {
    let owners = 0;
    let turns = 0;
    const taker = async () => {
      for (let i = 0; i < 40; i += 1) {
        const lock = await lockFolder(folder).catch(() => null);
        if (lock === null) continue;
        owners += 1;
        turns += 1;
        expect(owners).toBe(1);
        await new Promise(setImmediate);
        expect(owners).toBe(1);
        owners -= 1;
        await lock.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, taker));
    expect(turns).toBeGreaterThan(0);
  });

  test('who was slow, and got a number that others have long passed, gives way', async () => {
    await leave(1, { pid: 2 ** 22 + 1 });
    let owner: FolderLock | undefined;
    const slow = lockFolder(folder, async (claim) => {
      if (owner !== undefined) return liveness(claim);
      // While it thinks about claim 1, claim 2 comes and goes, and claim 3 tidies it away: number 2 is free again.
      await (await lockFolder(folder)).release();
      owner = await lockFolder(folder);
      return 'dead';
    });
    await expect(slow).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect(await readdir(folder)).toEqual(['claim-3.json']);
  });

  onLinux('a killed owner that nobody has waited for yet is dead', async () => {
    // The shell becomes `sleep`, which never waits for the child it inherits: that one stays a zombie. It outlives the shell, which would wait for it.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
      await leave(1, { pid: Number(pid.toString()), startedAt: '' });
      const isZombie = async () => / Z /.test(await readFile(`/proc/${Number(pid.toString())}/stat`, 'utf8'));
      while (!(await isZombie())) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(() => process.kill(Number(pid.toString()), 0)).not.toThrow();
      expect(await takeAtOnce(1)).toHaveLength(1);
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  });

  onLinux('a pid that was given to another process does not keep the folder', async () => {
    await leave(1, { startedAt: '1' });
    expect(await takeAtOnce(2)).toHaveLength(1);
  });

  onLinux('an owner from before a reboot is dead, whatever runs under its pid now', async () => {
    await leave(1, { boot: 'an earlier boot' });
    expect(await takeAtOnce(1)).toHaveLength(1);
  });

  test.each([
    ['another machine', { host: 'elsewhere', boot: 'another boot' }],
    ['another container', { host: hostname(), pidNamespace: 'pid:[1]' }],
  ])('an owner in %s can not be judged: refused, and said how to go on', async (_, parts) => {
    await leave(1, { pid: 2 ** 22 + 1, ...parts });
    await expect(lockFolder(folder)).rejects.toThrow(
      /cannot be seen from here; if it has ended, remove .*claim-1\.json/,
    );
  });

  test('a claim that can not be read is refused', async () => {
    await writeFile(join(folder, 'claim-1.json'), '');
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });
});

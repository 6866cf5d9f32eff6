import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import type { ObservationBatch } from '../../src/domain/observation.js';
import { predictionKey } from '../../src/gateway/prediction-key.js';
import { Spool } from '../../src/gateway/record/spool.js';
import { GatewayStage, until } from './stage.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const batch = (sequence: number) => {
  const head = { gatewayId: 'g1', bootId: 'boot', sequence, sentAt: new Date(1_800_000_000_000).toISOString() };
  return { ...head, text: JSON.stringify({ ...head, buckets: [] }) };
};
const BATCH_BYTES = batch(0).text.length;

async function drain(spool: Spool): Promise<number[]> {
  const sequences: number[] = [];
  for (let text = await spool.first(); text !== null; text = await spool.first()) {
    sequences.push((JSON.parse(text) as ObservationBatch).sequence);
    await spool.removeFirst();
  }
  return sequences;
}

describe('the spool', () => {
  test('gives batches back in their order, after a restart too', async () => {
    const spool = await Spool.open(folder, 1e6);
    for (let i = 0; i < 12; i += 1) await spool.add(batch(i));
    const reopened = await Spool.open(folder, 1e6);
    expect(reopened.bytes).toBe(spool.bytes);
    expect(await drain(reopened)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('drops the oldest beyond its limit, and counts them', async () => {
    const spool = await Spool.open(folder, 3 * BATCH_BYTES);
    for (let i = 0; i < 5; i += 1) await spool.add(batch(i));
    expect([spool.dropped, await drain(spool)]).toEqual([2, [2, 3, 4]]);
  });

  test('goes on behind a batch that is gone from the disk', async () => {
    const spool = await Spool.open(folder, 1e6);
    for (let i = 0; i < 3; i += 1) await spool.add(batch(i));
    const [first = ''] = (await readdir(folder)).sort();
    await rm(join(folder, first));
    expect([await drain(spool), spool.dropped]).toEqual([[1, 2], 1]);
  });

  test('does not take what a crash left half written for a batch', async () => {
    await writeFile(join(folder, '000-boot-000.json.new'), '{"half');
    expect((await Spool.open(folder, 1e6)).isEmpty).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  test('counts a batch that the disk refuses', async () => {
    const spool = await Spool.open(join(folder, 'gone'), 1e6);
    await rm(join(folder, 'gone'), { recursive: true });
    await expect(spool.add(batch(0))).rejects.toThrow(/ENOENT/);
    expect([spool.dropped, spool.isEmpty]).toEqual([1, true]);
  });
});

describe('the prediction key', () => {
  test('is made once, for its owner only', async () => {
    const key = await predictionKey(undefined, folder);
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect(await predictionKey('', folder)).toEqual(key);
    expect((await stat(join(folder, 'prediction.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['prediction.key']);
  });

  test('is the same for all that start at once', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => predictionKey(undefined, folder)));
    expect(new Set(keys.map(String)).size).toBe(1);
  });

  test('that is empty on disk is refused: anyone could forge under it', async () => {
    await writeFile(join(folder, 'prediction.key'), '');
    await expect(predictionKey(undefined, folder)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('that is given is used and not written; a short one is refused', async () => {
    expect(String(await predictionKey('sixteen letters!', folder))).toBe('sixteen letters!');
    await expect(predictionKey('short', folder)).rejects.toThrow(/has 5 characters/);
    await expect(readFile(join(folder, 'prediction.key'))).rejects.toThrow(/ENOENT/);
  });
});

describe('a replica that starts', () => {
  test('takes what its peers serve, tripped brakes included, where that is newer', async () => {
    const [peer, stage] = [await GatewayStage.open(), await GatewayStage.open()];
    try {
      // The same model servers, as replicas have.
      const route = { candidate: peer.route().candidate, baseline: peer.route().baseline };
      await stage.apply({ ...route, epoch: 3, weightPercent: 0 });
      await peer.apply({ ...route, epoch: 7, weightPercent: 100 });
      stage.more = { peers: () => ['http://127.0.0.1:9', peer.gateway.adminUrl] };
      await stage.restart();
      expect((await stage.infer('user-1')).version).toBe('v2');
      expect((await stage.apply({ ...route, epoch: 6 })).status).toBe(409);
      const trip = { epoch: 7, at: new Date().toISOString(), reason: 'bad', gatewayId: 'g9' };
      await fetch(`${peer.gateway.adminUrl}/v1/routes/digits/trip`, { method: 'POST', body: JSON.stringify(trip) });
      await rm(stage.routeFile);
      await stage.restart();
      expect((await stage.infer('user-1')).version).toBe('v1');
      await stage.apply({ ...route, epoch: 8, weightPercent: 100 });
      await stage.restart();
      expect((await stage.infer('user-1')).version).toBe('v2');
    } finally {
      await Promise.all([peer.close(), stage.close()]);
    }
  });

  test('hears that its candidate was taken out meanwhile, also where it knows the route itself', async () => {
    const [peer, stage] = [await GatewayStage.open(), await GatewayStage.open()];
    try {
      const route = { ...peer.route(), epoch: 7, weightPercent: 100 };
      await Promise.all([peer.apply(route), stage.apply(route)]);
      await stage.gateway.close();
      const trip = { epoch: 7, at: new Date().toISOString(), reason: 'bad', gatewayId: 'g9' };
      await fetch(`${peer.gateway.adminUrl}/v1/routes/digits/trip`, { method: 'POST', body: JSON.stringify(trip) });
      stage.more = { peers: () => [peer.gateway.adminUrl] };
      await stage.restart();
      expect((await stage.infer('user-1')).version).toBe('v1');
      // It is kept: the next start needs no peer for it.
      stage.more = {};
      await stage.restart();
      expect((await stage.apply(route)).body).toMatchObject({ effectiveWeightPercent: 0, trip: { reason: 'bad' } });
    } finally {
      await Promise.all([peer.close(), stage.close()]);
    }
  });

  test('takes its peers’ flags, and passes on what it is told; nothing goes round for ever', async () => {
    const [peer, stage] = [await GatewayStage.open(), await GatewayStage.open()];
    try {
      const put = (to: GatewayStage, revision: number) =>
        fetch(`${to.gateway.adminUrl}/v1/flags/beta`, {
          method: 'PUT',
          body: JSON.stringify({ revision, variants: { on: true, off: false }, off: 'off', default: 'on' }),
        });
      const revisionOf = async (of: GatewayStage) => {
        const answer = await fetch(`${of.gateway.adminUrl}/v1/flags/beta`);
        return answer.status === 200 ? ((await answer.json()) as { revision: number }).revision : null;
      };
      await put(peer, 3);
      stage.more = { peers: () => [peer.gateway.adminUrl] };
      await stage.restart();
      peer.more = { peers: () => [stage.gateway.adminUrl] };
      await peer.restart();
      stage.more = { peers: () => [peer.gateway.adminUrl] };
      await stage.restart();
      expect(await revisionOf(stage)).toBe(3);
      expect((await put(stage, 4)).status).toBe(200);
      await until(async () => (await revisionOf(peer)) === 4);
      await fetch(`${peer.gateway.adminUrl}/v1/flags/beta/kill`, { method: 'POST' });
      await until(async () => (await revisionOf(stage)) === 5);
      await fetch(`${stage.gateway.adminUrl}/v1/flags/beta`, { method: 'DELETE' });
      await until(async () => (await revisionOf(peer)) === null);
    } finally {
      await Promise.all([peer.close(), stage.close()]);
    }
  });

  test('takes flags that need each other', async () => {
    const [peer, stage] = [await GatewayStage.open(), await GatewayStage.open()];
    try {
      const flagUrl = ({ gateway }: GatewayStage, key: string) => `${gateway.adminUrl}/v1/flags/${key}`;
      const put = (key: string, revision: number, prerequisites: object[] = []) =>
        fetch(flagUrl(peer, key), {
          method: 'PUT',
          body: JSON.stringify({
            revision,
            variants: { on: true, off: false },
            off: 'off',
            default: 'on',
            prerequisites,
          }),
        });
      // So that it stands before what it needs.
      expect((await put('above', 0)).status).toBe(200);
      expect((await put('base', 0)).status).toBe(200);
      expect((await put('above', 1, [{ flag: 'base', variant: 'on' }])).status).toBe(200);
      stage.more = { peers: () => [peer.gateway.adminUrl] };
      await stage.restart();
      expect((await fetch(flagUrl(stage, 'above'))).status).toBe(200);
    } finally {
      await Promise.all([peer.close(), stage.close()]);
    }
  });
});

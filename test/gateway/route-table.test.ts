import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/domain/route.js';
import { RouteTable } from '../../src/gateway/route-table.js';
import { keepState } from '../../src/gateway/state-file.js';

const target = (version: string) => ({ version, url: `http://127.0.0.1/${version}` });
const LEASE_MS = 60_000;
const route: Route = {
  service: 'digits',
  protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user' } as Route['protocol'],
  epoch: 3,
  rolloutId: 'r-1',
  salt: 'r-1',
  baseline: target('v1'),
  candidate: target('v2'),
  weightPercent: 50,
  shadowPercent: 0,
  leaseMs: LEASE_MS,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-lease-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a renewal that the disk refuses lengthens no lease, however often it comes', async () => {
  let isFull = false;
  const keep = async () => {
    if (isFull) throw new Error('ENOSPC: no space left on device');
  };
  const table = await RouteTable.open(
    { gatewayId: 'g-1', path: join(folder, 'routes.json'), log: () => undefined, keep },
    [],
  );
  const left = () => table.applied('digits')?.leaseRemainingMs ?? Number.NaN;
  await table.apply(route);
  await wait(30);
  isFull = true;
  const renewals = await Promise.allSettled([table.apply(route), table.apply(route), table.apply(route)]);
  expect(renewals.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(left()).toBeLessThanOrEqual(LEASE_MS - 30);
  isFull = false;
  await table.apply(route);
  expect(left()).toBeGreaterThan(LEASE_MS - 30);
});

test('a kept route gives way where another service is configured for its paths: that one can be routed', async () => {
  const lines: string[] = [];
  const open = (service: string) =>
    RouteTable.open(
      { gatewayId: 'g-1', path: join(folder, 'routes.json'), log: (_, message) => void lines.push(message) },
      [{ ...route, service, epoch: 0, candidate: null, weightPercent: 0, leaseMs: null }],
    );
  await (await open('digits')).apply(route);
  const renamed = await open('numbers');
  expect(renamed.all().map((applied) => applied.route.service)).toEqual(['numbers']);
  expect(lines).toEqual(['a kept route gives way to a configured service']);
  expect((await renamed.apply({ ...route, service: 'numbers', epoch: 4 })).route.epoch).toBe(4);
});

test('where no peer has anything newer, nothing is written', async () => {
  let written = 0;
  const keep = async () => void (written += 1);
  const table = await RouteTable.open({ gatewayId: 'g-1', path: join(folder, 'x.json'), log: () => undefined, keep }, [
    { ...route, candidate: null, weightPercent: 0, leaseMs: null },
  ]);
  await table.adopt([]);
  await table.adopt([{ route: { ...route, epoch: 2 }, leaseRemainingMs: 1000, trip: null }]);
  expect(written).toBe(0);
  await table.adopt([{ route: { ...route, epoch: 4 }, leaseRemainingMs: 1000, trip: null }]);
  expect(written).toBeGreaterThan(0);
});

describe('a trip is on disk, however slow that is,', () => {
  const trip = { at: '2026-03-04T05:06:07.000Z', reason: 'bad', gatewayId: 'g-2' };
  const open = () =>
    RouteTable.open(
      {
        gatewayId: 'g-1',
        path: join(folder, 'routes.json'),
        log: () => undefined,
        keep: async (...file) => {
          await wait(50);
          await keepState(...file);
        },
      },
      [],
    );

  test('before the gateway that took it is closed', async () => {
    const table = await open();
    await table.apply(route);
    table.trip('digits', route.epoch, trip);
    await table.close();
    expect((await open()).applied('digits')).toMatchObject({ trip });
  });

  test('before a start that heard of it from a peer goes on', async () => {
    const table = await open();
    await table.apply(route);
    await table.adopt([{ route, leaseRemainingMs: 1000, trip }]);
    expect((await open()).applied('digits')).toMatchObject({ trip });
  });
});

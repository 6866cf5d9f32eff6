import { describe, expect, test } from '@jest/globals';
import { overSums, unshippedReason } from '../../src/analysis/unshipped.js';
import type { AppliedRoute } from '../../src/domain/route.js';
import type { Verdict } from '../../src/domain/verdict.js';
import { evidence } from '../workflow/evidence.js';

const gateway = (gatewayId: string, unshippedMs?: number) =>
  ({ gatewayId, ...(unshippedMs === undefined ? {} : { unshippedMs }) }) as AppliedRoute;

describe('records that wait', () => {
  test.each<[string, AppliedRoute[]]>([
    ['no gateway', []],
    ['one that does not say, as older ones', [gateway('g1')]],
    ['one that has shipped all', [gateway('g1', 0)]],
    ['a minute of them: the collector may just start anew', [gateway('g1', 60_000), gateway('g2', 900)]],
  ])('are not too old: %s', (_, gateways) => expect(unshippedReason(gateways)).toBeNull());

  test('are too old after a minute: the gateway is named, and since when', () => {
    const [, since = ''] =
      /^records of gateway g2 have not reached the collector since (\S+)$/.exec(
        unshippedReason([gateway('g1', 0), gateway('g2', 120_000)]) ?? '',
      ) ?? [];
    expect(Math.abs(Date.now() - 120_000 - Date.parse(since))).toBeLessThan(1000);
    expect(unshippedReason([gateway('g2', 60_001)])).not.toBeNull();
  });

  test('of several gateways: the one that has waited longest is named', () => {
    const gateways = [gateway('g1', 61_000), gateway('g2', 3_600_000), gateway('g3', 0), gateway('g4', 90_000)];
    expect(unshippedReason(gateways)).toMatch(/^records of gateway g2 and 2 more have not/);
  });
});

test.each<[Verdict, Verdict]>([
  ['pass', 'inconclusive'],
  ['inconclusive', 'inconclusive'],
  ['fail', 'fail'],
])('over sums that are not all there is, %s is %s', (said, then) => {
  const gate = evidence('samples', said, '200 of 100');
  expect(overSums(gate, 'some are missing')).toEqual({
    ...gate,
    verdict: then,
    reason: '200 of 100; some are missing',
  });
  expect(overSums(gate, null)).toEqual(gate);
});

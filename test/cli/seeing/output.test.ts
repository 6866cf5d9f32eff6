import { describe, expect, test } from '@jest/globals';
import { asPrintable as getPrintable } from '../../../src/cli/commands/get.js';
import { asPrintable as listPrintable } from '../../../src/cli/commands/list.js';
import { statusLine } from '../../../src/cli/commands/status.js';
import { FORMATS } from '../../../src/cli/output/formats.js';
import { textOf } from '../../../src/cli/output/print.js';
import { COLOURED, PLAIN } from '../../../src/cli/output/style.js';
import { renderHistory } from '../../../src/cli/render-history.js';
import { renderTraffic } from '../../../src/cli/render-traffic.js';
import { compareRoutes } from '../../../src/cli/traffic/compare-routes.js';
import type { AppliedRoute } from '../../../src/domain/route.js';
import { at, decision, NOW, route, seen, stateInBake, summary } from './example-rollout.js';
import { expectGolden } from './golden.js';

describe('get and list, as they are asked for', () => {
  test.each(FORMATS)('get -o %s', async (format) => {
    await expectGolden(`get.${format}.txt`, textOf(format, getPrintable(seen(), NOW, PLAIN)));
  });

  test('get, coloured', async () => {
    const text = textOf('table', getPrintable(seen(), NOW, COLOURED));
    await expectGolden('get.coloured.txt', text.replaceAll('\u{1b}', '␛'));
  });

  const waiting = summary({
    rolloutId: 'fraud-1',
    service: 'fraud',
    status: 'waiting',
    needsMe: true,
    waiting: { kind: 'approval', since: at(0), until: at(60), note: 'approval at 10 %' },
  });
  const over = summary({
    rolloutId: 'digits-old',
    status: 'rolled-back',
    phase: 'canary',
    step: null,
    waiting: null,
    reason: 'error_rate fails',
  });
  const lines = [waiting, summary(), over].map((stored) => ({ ...stored, stored }));
  const { rolloutId, service, baseline, candidate, startedAt } = summary({ rolloutId: 'new-1', service: 'new' });
  const starting = {
    rolloutId,
    service,
    baseline,
    candidate,
    startedAt,
    phase: '',
    needsMe: false,
    status: 'starting',
    weightPercent: null,
  };
  test.each(FORMATS)('list -o %s', async (format) => {
    await expectGolden(`list.${format}.txt`, textOf(format, listPrintable([starting, ...lines], NOW, PLAIN)));
  });

  test('an empty list says how to begin', () => {
    expect(textOf('table', listPrintable([], NOW, PLAIN))).toBe('no rollouts; sluice start <spec> begins one');
    expect(textOf('json', listPrintable([], NOW, PLAIN))).toBe('[]');
  });
});

describe('endings', () => {
  test('rolled back in a step: what came after it is not shown as passed', async () => {
    const { phases } = stateInBake();
    const state = stateInBake({
      status: 'rolled-back',
      waiting: null,
      eta: null,
      weightPercent: 0,
      reason: 'error_rate: 4.10 % against 1.20 %',
      phases: { ...phases, canary: { ...phases.canary, status: 'failed', endedAt: at(4), note: 'error_rate' } },
    });
    await expectGolden('get.rolled-back.txt', textOf('table', getPrintable(seen({ state, webUi: null }), NOW, PLAIN)));
  });

  test('without its spec, steps are numbers', () => {
    const text = textOf('table', getPrintable(seen({ spec: null }), NOW, PLAIN));
    expect(text).toContain('├─◐ Canary steps     running, step 2 of 4\n  ├─–');
  });

  test('status is one line', () => {
    expect(statusLine(stateInBake(), NOW)).toBe(
      'digits  ◐ progressing  canary 2/4  25 %  bake 3m12s left: canary 25 % (until 2026-11-21T10:10:00.000Z)  (18s ago)',
    );
  });
});

test('history', async () => {
  const ledger = [
    decision(1, {
      action: 'start',
      actor: 'alice',
      source: 'client',
      phase: 'validation',
      weightPercent: 0,
      reason: 'started',
    }),
    decision(2, { evidence: stateInBake().evidence }),
    decision(3, { action: 'abort', actor: 'bob', subject: 'bob@example.test', source: 'update', reason: 'it burns' }),
  ];
  await expectGolden('history.table.txt', renderHistory(ledger, PLAIN));
  await expectGolden('history.wide.txt', renderHistory(ledger, PLAIN, true));
});

describe('traffic', () => {
  const applied = (gatewayId: string, parts: Partial<AppliedRoute> = {}): AppliedRoute => ({
    gatewayId,
    route,
    effectiveWeightPercent: 25,
    effectiveShadowPercent: 0,
    leaseRemainingMs: 27_000,
    trip: null,
    ...parts,
  });
  const read = (value: AppliedRoute | null) => ({ kind: 'read' as const, value });

  test('differences are marked', async () => {
    const old = { ...route, epoch: 6, weightPercent: 5 };
    const trip = { at: at(3), reason: '12 of 20 answers failed', gatewayId: 'gw-3' };
    const gateways = [
      { url: 'http://gw-1:8081', applied: read(applied('gw-1')) },
      { url: 'http://gw-2:8081', applied: read(applied('gw-2', { route: old, effectiveWeightPercent: 5 })) },
      { url: 'http://gw-3:8081', applied: read(applied('gw-3', { trip, effectiveWeightPercent: 0 })) },
      { url: 'http://gw-4:8081', applied: read(applied('gw-4', { leaseRemainingMs: 0, effectiveWeightPercent: 0 })) },
      { url: 'http://gw-5:8081', applied: read(null) },
      { url: 'http://gw-6:8081', applied: { kind: 'unread' as const, error: 'connect ECONNREFUSED' } },
    ];
    const traffic = compareRoutes('digits', { kind: 'read', value: route }, gateways);
    await expectGolden('traffic.table.txt', renderTraffic(traffic, PLAIN));
    await expectGolden('traffic.wide.txt', renderTraffic(traffic, PLAIN, true));
    expect(traffic.gateways.map(({ differences }) => differences.length)).toEqual([0, 2, 1, 1, 1, 1]);
  });

  test('without the store the newest epoch counts', () => {
    const gateways = [
      { url: 'a', applied: read(applied('a', { route: { ...route, epoch: 6 } })) },
      { url: 'b', applied: read(applied('b')) },
    ];
    const traffic = compareRoutes('digits', { kind: 'unread', error: 'away' }, gateways);
    expect(traffic.gateways.map(({ differences }) => differences)).toEqual([['epoch'], []]);
  });
});

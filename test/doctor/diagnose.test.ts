import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../src/doctor/diagnose.js';
import type { Facts } from '../../src/doctor/facts.js';
import { FINDING_CODES, type Finding, seenTwice } from '../../src/doctor/finding.js';
import { renderFindings } from '../../src/doctor/render-findings.js';
import { ago, applied, factsOf, running, stable, state, trial, type World } from './facts-fixtures.js';

const DAY_MS = 24 * 3_600_000;
const trip = { at: '2026-11-21T09:59:00.000Z', reason: '10 of 10 failed', gatewayId: 'g1' };
const waiting = (since: string) => ({ kind: 'approval' as const, since, until: null, note: 'approval of the cutover' });
const seen = new Set<string>();

const brief = (findings: readonly Finding[]) =>
  findings.map(({ code, severity }) => {
    seen.add(code);
    return `${severity} ${code}`;
  });

describe('nothing is wrong', () => {
  const atRest = stable('v1', 0);
  const promoted = stable('v2', 6);
  test.each<[string, World]>([
    ['with a rollout at its weight', {}],
    ['before any rollout', { gateways: [applied('g1', atRest)], rollout: null, wanted: [] }],
    ['after a rollback', { gateways: [applied('g1', stable('v1', 6))], rollout: null }],
    [
      'while a promoted version is warm',
      {
        gateways: [applied('g1', promoted)],
        rollout: running({}, state({ epoch: 6, weightPercent: 100 })),
      },
    ],
    [
      'in the shadow phase',
      {
        gateways: [applied('g1', { ...trial, weightPercent: 0, shadowPercent: 50 })],
        rollout: running({}, state({ weightPercent: 0, shadowPercent: 50 })),
      },
    ],
    ['with a quarter of the lease left', { gateways: [applied('g1', trial, { leaseRemainingMs: 15_000 })] }],
    [
      'with a view that is a moment behind',
      {
        rollout: running({ view: { kind: 'read', value: state({ revision: 8 }) } }, state({ updatedAt: ago(1000) })),
      },
    ],
    ['with a wait of less than a day', { rollout: running({}, state({ waiting: waiting(ago(DAY_MS)) })) }],
    [
      'with an activity that failed twice',
      { rollout: running({ failing: [{ name: 'setTraffic', failures: 2, error: 'gone' }] }) },
    ],
    ['with a workflow that another client started', { rollout: running({ rolloutId: null }) }],
  ])('%s', (_, world) => {
    expect(diagnose(factsOf(world))).toEqual([]);
  });
});

describe('of one service', () => {
  const cases: [string, World, string[], RegExp, RegExp][] = [
    [
      'a candidate without a workflow',
      { rollout: null },
      ['error orphan'],
      /g1 \(30 % in effect\), g2 \(30 % in effect\) has candidate v2 of rollout digits-1 on its route, but no workflow of it runs/,
      /^sluice rollback digits --force --reason "no workflow of digits-1 runs"$/,
    ],
    [
      'a candidate of an earlier rollout',
      { rollout: running({ rolloutId: 'digits-2' }, state({ rolloutId: 'digits-2', weightPercent: 30 })) },
      ['error orphan'],
      /the workflow that runs is of rollout digits-2/,
      /--force/,
    ],
    [
      'a candidate without a workflow that has fallen back by its lease',
      {
        gateways: [applied('g1', trial, { effectiveWeightPercent: 0, leaseRemainingMs: 0 })],
        rollout: null,
      },
      ['warning orphan'],
      /g1 \(0 % in effect\)/,
      /--force/,
    ],
    [
      'different epochs',
      {
        gateways: [applied('g1'), applied('g2', { ...trial, epoch: 4, weightPercent: 10 })],
        rollout: running(),
      },
      ['error gateways-disagree', 'error weight-differs'],
      /g1 epoch 5 \(v1, candidate v2 at 30 %\); g2 epoch 4 \(v1, candidate v2 at 10 %\)/,
      /^sluice abort digits$/,
    ],
    [
      'different versions, with nobody to mend it',
      { gateways: [applied('g1', stable('v2', 6)), applied('g2', stable('v1', 5))], rollout: null },
      ['error gateways-disagree'],
      /g1 epoch 6 \(v2\); g2 epoch 5 \(v1\)/,
      /^sluice rollback digits --force --to v2 --url http:\/\/v2$/,
    ],
    [
      'a store that is ahead',
      { gateways: [applied('g1', stable('v1', 4))], rollout: null, wanted: [stable('v2', 7)] },
      ['error store-ahead'],
      /it keeps epoch 7 \(v2\), they hold epoch 4 \(v1\)/,
      /^sluice rollback digits --force --to v2 --url http:\/\/v2$/,
    ],
    [
      'a store that is behind',
      { wanted: [{ ...trial, epoch: 4 }] },
      ['warning store-behind'],
      /it keeps epoch 4 .*, the gateways hold epoch 5/,
      /^sluice get digits/,
    ],
    [
      'a store that is behind, with nobody to tell it more',
      { gateways: [applied('g1', stable('v1', 5))], rollout: null, wanted: [{ ...trial, epoch: 4 }] },
      ['info store-behind'],
      /it keeps epoch 4/,
      /^nothing: the next rollout begins above both epochs$/,
    ],
    ['a store that knows nothing', { wanted: [] }, ['warning store-behind'], /it keeps no route/, /sluice get/],
    [
      'a store with another route of the same epoch',
      { wanted: [{ ...trial, weightPercent: 50 }] },
      ['error store-differs'],
      /candidate v2 at 50 %\), they hold epoch 5 \(v1, candidate v2 at 30 %\)/,
      /^sluice abort digits$/,
    ],
    [
      'a lease that has run out',
      { gateways: [applied('g1', trial, { effectiveWeightPercent: 0, leaseRemainingMs: 0 })] },
      ['error weight-differs', 'warning lease-over'],
      /says 30 %, g1 really serves 0 % of its candidate: its lease has run out/,
      /^sluice get digits --watch/,
    ],
    [
      'a lease that is nearly over',
      { gateways: [applied('g1', trial, { leaseRemainingMs: 14_400 })] },
      ['warning lease-nearly-over'],
      /g1 has 14\.4 s left of 60 s for candidate v2 at 30 %/,
      /^sluice worker/,
    ],
    [
      'a brake that has tripped',
      { gateways: [applied('g1', trial, { trip, effectiveWeightPercent: 0 })] },
      ['error weight-differs', 'warning brake-tripped'],
      /says 30 %, g1 really serves 0 % of its candidate: the brake of g1 has tripped/,
      /sluice rollback digits/,
    ],
    [
      'traffic that was taken over after the cutover',
      {
        gateways: [applied('g1', stable('v1', 9))],
        rollout: running({}, state({ epoch: 6, weightPercent: 100 })),
      },
      ['error weight-differs'],
      /says 100 %, g1 really serves 0 % of its candidate: somebody else set epoch 9 \(v1\)/,
      /^sluice rollback digits$/,
    ],
    [
      'a weight known from the search attributes alone',
      {
        gateways: [applied('g1', trial, { effectiveWeightPercent: 0, leaseRemainingMs: 0 })],
        rollout: running({ state: { kind: 'unread', error: 'deadline exceeded' } }),
      },
      ['error weight-differs', 'warning lease-over', 'warning workflow-silent'],
      /says 30 %, g1 really serves 0 %/,
      /sluice/,
    ],
    [
      'an approval that nobody gives',
      { rollout: running({}, state({ waiting: waiting(ago(DAY_MS + 3_600_000)) })) },
      ['warning waits-long'],
      /digits-1 has waited for a person for 25 h, since .*: approval of the cutover/,
      /^sluice approve digits/,
    ],
    [
      'a pause that nobody ends',
      { rollout: running({}, state({ paused: { actor: 'alice', reason: 'audit', at: ago(3 * DAY_MS) } })) },
      ['warning waits-long'],
      /for 72 h, .*paused by alice: audit/,
      /^sluice resume digits$/,
    ],
    [
      'an activity that fails again and again',
      { rollout: running({ failing: [{ name: 'setTraffic', failures: 3, error: 'status 422' }] }) },
      ['warning activity-fails'],
      /^setTraffic of digits-1 has failed 3 times: status 422$/,
      /--workflow-id rollout\/digits/,
    ],
    [
      'a view that was not recorded',
      { rollout: running({ view: { kind: 'read', value: state({ revision: 7 }) } }) },
      ['warning view-behind'],
      /keeps revision 7 of .*, its workflow is at revision 9/,
      /DATABASE_URL/,
    ],
    [
      'no view at all',
      { rollout: running({ view: { kind: 'read', value: null } }) },
      ['warning view-behind'],
      /keeps no view of digits-1/,
      /worker/,
    ],
  ];
  test.each(cases)('%s', (_, world, codes, problem, remedy) => {
    const findings = diagnose(factsOf(world));
    expect(brief(findings)).toEqual(codes);
    expect(findings[0]?.problem).toMatch(problem);
    expect(findings[0]?.remedy).toMatch(remedy);
    expect(findings.every(({ service }) => service === 'digits')).toBe(true);
    expect(diagnose(factsOf(world), 'other')).toEqual([]);
  });

  test('a gateway that does not know the service', () => {
    const facts = factsOf();
    const blank = {
      url: 'http://g3:8081',
      report: { kind: 'read' as const, value: { gatewayId: 'g3', peers: [], routes: [], clockOffsetMs: null } },
    };
    const findings = diagnose({ ...facts, gateways: [...facts.gateways, blank] });
    expect(brief(findings)).toEqual(['warning service-unknown']);
    expect(findings[0]?.problem).toMatch(/^g3 knows nothing of the service, .* epoch 5/);
  });
});

describe('of the installation', () => {
  test('a gateway that others know as their peer, and nobody tells of changes', () => {
    const unlisted = [{ url: 'http://g3:8081', gatewayId: 'g3', namedBy: 'g1' }];
    const findings = diagnose({ ...factsOf(), unlisted });
    expect(brief(findings)).toEqual(['error gateway-unlisted']);
    expect(findings[0]?.problem).toMatch(/^gateway g3 at http:\/\/g3:8081 is a peer of g1 and not in SLUICE_GATEWAYS/);
  });

  const unread = (error: string) => ({ kind: 'unread' as const, error });
  const clock = (facts: Facts, offsets: readonly (number | null)[]): Facts => ({
    ...facts,
    gateways: facts.gateways.map(({ url, report }, i) => ({
      url,
      report:
        report.kind === 'read' ? { ...report, value: { ...report.value, clockOffsetMs: offsets[i] ?? 0 } } : report,
    })),
  });

  test('each part that is down is said, and the rest is looked at all the same', () => {
    const facts = factsOf({ gateways: [applied('g1', trial, { leaseRemainingMs: 1000 })] });
    const findings = diagnose({
      ...facts,
      gateways: [...facts.gateways, { url: 'http://g2:8081', report: unread('ECONNREFUSED') }],
      store: unread('ECONNREFUSED'),
      temporal: unread('no Temporal server'),
    });
    expect(brief(findings)).toEqual([
      'error gateway-unreachable',
      'error store-unreachable',
      'error temporal-unreachable',
      'warning lease-nearly-over',
    ]);
    expect(findings.map(({ problem }) => problem).join('\n')).toMatch(
      /http:\/\/g2:8081 .*ECONNREFUSED\n.*http:\/\/api:8090: ECONNREFUSED\n.*temporal:7233 .*no Temporal server/,
    );
  });

  test('a gateway that asks for the token', () => {
    const facts = {
      ...factsOf(),
      gateways: [{ url: 'http://g1', report: unread('gateway http://g1: status 401: no') }],
    };
    expect(diagnose(facts)[0]?.remedy).toMatch(/SLUICE_ADMIN_TOKEN/);
  });

  test.each([
    ['never seen', null, /^no worker polls task queue sluice, where 1 rollouts run: digits$/],
    ['gone for minutes', ago(200_000), /since 2026-11-21T09:56:40\.000Z/],
  ])('no worker: %s', (_, lastPollAt, problem) => {
    const findings = diagnose(factsOf({ lastPollAt }));
    expect(brief(findings)).toEqual(['error no-worker']);
    expect(findings[0]).toMatchObject({ problem: expect.stringMatching(problem), remedy: 'sluice worker' });
  });

  test.each([
    [[0, 4900], []],
    [[0, 5100], ['warning clocks-differ']],
    [[-3000, 3000], ['warning clocks-differ']],
    [[null, 1000], []],
  ])('clocks %p ms off', (offsets, codes) => {
    expect(brief(diagnose(clock(factsOf(), offsets)))).toEqual(codes);
  });

  test('a clock is named with the one it differs from', () => {
    expect(diagnose(clock(factsOf(), [-60_000, 0]))[0]?.problem).toBe(
      'the clock of the api is 60 s ahead of that of gateway g1',
    );
  });
});

test('every kind of finding was met above', () => {
  expect([...seen].sort()).toEqual([...FINDING_CODES].sort());
});

test('only what a second look sees as well is told', () => {
  const moving = diagnose(factsOf({ gateways: [applied('g1'), applied('g2', { ...trial, epoch: 4 })] }));
  expect(brief(moving)).toEqual(['error gateways-disagree']);
  expect(seenTwice(moving, diagnose(factsOf()))).toEqual([]);
  expect(seenTwice(moving, moving)).toEqual(moving);
  expect(seenTwice([], moving)).toEqual([]);
});

test('the table groups by service, the installation first', () => {
  const facts = factsOf({ rollout: null });
  const text = renderFindings(diagnose({ ...facts, store: { kind: 'unread', error: 'gone' } }), facts);
  expect(text).toMatch(
    /^installation\n {2}✖ error .*\(store-unreachable\)\n {4}→ sluice api.*\ndigits\n {2}✖ error .*\(orphan\)\n/,
  );
  expect(text).toMatch(/\n2 errors, 0 warnings: 2 of 2 gateways read/);
  expect(renderFindings([], factsOf())).toMatch(/^nothing wrong: 2 of 2 gateways read, store read, 1 rollouts run$/);
});

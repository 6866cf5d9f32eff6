import { describe, expect, test } from '@jest/globals';
import { explain } from '../../../src/cli/explain/explain.js';
import { buildProgram } from '../../../src/cli/program.js';
import { renderExplanation } from '../../../src/cli/render-explanation.js';
import { renderState } from '../../../src/cli/render-state.js';
import type { Freeze } from '../../../src/domain/freeze.js';
import type { RolloutState, Waiting } from '../../../src/domain/rollout-state.js';
import { at, NOW, spec, stateInBake } from './example-rollout.js';
import { expectGolden } from './golden.js';

const freeze: Freeze = {
  id: 'f-3b1f0c9a7e52',
  scope: '*',
  reason: 'checkout is down',
  owner: 'carol',
  createdAt: at(0),
  expiresAt: at(60),
  liftedAt: null,
  liftedBy: null,
  liftReason: null,
};
const of = (parts: Partial<RolloutState>, freezes: Freeze[] = []) =>
  explain({ state: stateInBake({ evidence: [], ...parts }), spec, freezes, queue: [] }, NOW);
const waiting = (kind: Waiting['kind'], until: string | null = at(10)): Waiting => ({
  kind,
  since: at(2),
  until,
  note: 'so it is',
});

test.each<[Waiting['kind'], string, string[]]>([
  ['delay', 'gate', ['sluice promote digits', 'sluice extend digits --for 30m']],
  ['bake', 'gate', ['sluice promote digits', 'sluice extend digits --for 30m']],
  ['samples', 'gate', ['sluice promote digits', 'sluice extend digits --for 30m']],
  [
    'approval',
    'approval',
    ['sluice approve digits', 'sluice reject digits --reason …', 'sluice delegate digits --to …'],
  ],
  ['hold', 'approval', ['sluice approve digits', 'sluice reject digits --reason …', 'sluice promote digits']],
  ['confirm', 'hook', ['sluice history digits']],
  ['scaling', 'scaling', ['sluice doctor --service digits']],
  ['warm-baseline', 'gate', ['sluice rollback digits --reason …']],
  ['rollback', 'gate', ['sluice traffic digits']],
  ['freeze', 'window', ['sluice break-glass digits --reason …']],
])('waits for %s', (kind, point, commands) => {
  const { points, why } = of({ waiting: waiting(kind) });
  expect(points).toEqual([expect.objectContaining({ kind: point, effect: 'holds', commands })]);
  expect(points[0]?.text).toMatch(/so it is.*; 3m12s left$/);
  expect(why).toBe('so it is, for 4m48s');
});

test('a wait for evidence says what is missing, there and in the tree', () => {
  const lacking = { ...waiting('samples'), lacks: '37 of 200 samples' };
  expect(of({ waiting: lacking }).points[0]?.text).toBe('needs evidence: so it is (37 of 200 samples); 3m12s left');
  const tree = renderState(stateInBake({ waiting: lacking }), null, {});
  expect(tree).toMatch(/lacks +37 of 200 samples/);
  expect(renderState(stateInBake({ waiting: waiting('samples') }), null, {})).not.toContain('lacks');
});

describe('what else has a say', () => {
  test('a freeze holds a move that came up against it, and will hold one that has not', () => {
    const held = of({ waiting: waiting('freeze') }, [freeze]).points;
    expect(held).toEqual([
      expect.objectContaining({
        kind: 'freeze',
        effect: 'holds',
        commands: ['sluice freeze lift f-3b1f0c9a7e52 --reason …', 'sluice break-glass digits --reason …'],
      }),
    ]);
    const later = of({}, [freeze]).points.find(({ kind }) => kind === 'freeze');
    expect(later).toMatchObject({ effect: 'watch', commands: ['sluice freeze lift f-3b1f0c9a7e52 --reason …'] });
    expect(later?.text).toMatch(/over in 53m12s; it will hold the next move/);
  });

  test('a pause, with and without an end', () => {
    const paused = { actor: 'alice', reason: 'lunch', at: at(5) };
    expect(of({ paused, waiting: null }).points[0]).toMatchObject({
      kind: 'pause',
      text: 'paused by alice: lunch; only a person ends it',
      commands: ['sluice resume digits', 'sluice abort digits --reason …'],
    });
    expect(of({ paused: { ...paused, until: at(10) } }).points[0]?.text).toMatch(/ends by itself in 3m12s/);
  });

  test('guardrails: what holds, what does not, and what is without a verdict for too long', () => {
    const [base, open, dry] = stateInBake().evidence;
    if (!base || !open || !dry) throw new Error('three guardrails');
    const { points } = of({
      waiting: null,
      evidence: [base, open, dry, { ...base, verdict: 'fail' }, { ...open, exhausted: true }],
    });
    expect(points.map(({ effect }) => effect)).toEqual(['ok', 'holds', 'ok', 'holds', 'holds']);
    expect(points[4]?.commands).toEqual(['sluice approve digits', 'sluice reject digits --reason …']);
  });

  test('an ending says what may be done about it', () => {
    expect(of({ status: 'rolled-back', pending: ['scale the candidate down'] })).toMatchObject({
      next: null,
      eta: null,
      points: [
        {
          kind: 'ending',
          text: 'it has ended, rolled-back; still to be done, by itself: scale the candidate down',
          commands: ['sluice retry digits', 'sluice report digits-20261121-100000-4f2a -o report.html'],
        },
      ],
    });
    expect(of({ status: 'promoted' }).points[0]?.commands).toEqual([
      'sluice report digits-20261121-100000-4f2a -o report.html',
    ]);
  });

  test('what comes next: a step, else a phase that the spec has', () => {
    expect(of({}).next).toBe('step 3 of 4: approval 1 of role:release; within 1d, else rollback');
    expect(of({ step: 3 }).next).toBe('Full cutover');
    expect(of({ step: null, phase: 'impact' }).next).toBeNull();
  });
});

test('as it is printed', async () => {
  const queue = [{ rolloutId: 'digits-next', versions: 'v1 → v3', startedBy: 'dave', enqueuedAt: at(1) }];
  await expectGolden(
    'explain.txt',
    renderExplanation(explain({ state: stateInBake(), spec, freezes: [freeze], queue }, NOW), NOW),
  );
});

test('every command that is proposed exists', () => {
  const all = [
    stateInBake(),
    stateInBake({ status: 'failed' }),
    ...(['approval', 'hold', 'scaling', 'confirm', 'freeze', 'warm-baseline', 'rollback'] as const).map((kind) =>
      stateInBake({ waiting: waiting(kind) }),
    ),
  ];
  const commands = all.flatMap((state) =>
    explain({ state, spec, freezes: [freeze], queue: [] }, NOW).points.flatMap((point) => point.commands),
  );
  const program = buildProgram();
  for (const [, name = '', sub = ''] of commands.map((command) => command.split(' '))) {
    const found = program.commands.find((one) => one.name() === name);
    expect([name, found?.name()]).toEqual([name, name]);
    if (found && found.commands.length > 0) expect(found.commands.map((one) => one.name())).toContain(sub);
  }
});

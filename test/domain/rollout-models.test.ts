import { describe, expect, test } from '@jest/globals';
import { basisOf } from '../../src/domain/approval.js';
import { newerOwner } from '../../src/domain/late-move.js';
import { PHASES } from '../../src/domain/phase.js';
import {
  type AliasCourse,
  courseOf,
  digestRefusal,
  knownDigests,
  movesAtCutover,
  movesAtStart,
  movesBack,
  type ResolvedModels,
} from '../../src/domain/rollout-models.js';
import { checkRegistry, registry } from '../../src/domain/spec/registry.js';
import { statementDigest } from '../../src/identity/content-digest.js';

const BASELINE = { id: 'mv-1111111111111111', digest: `sha256:${'1'.repeat(64)}` };
const CANDIDATE = { id: 'mv-2222222222222222', digest: `sha256:${'2'.repeat(64)}` };
const OTHER = 'mv-9999999999999999';
const rules = registry.parse({});
const course = (over: Partial<ResolvedModels> = {}): AliasCourse =>
  courseOf(rules, {
    model: 'digits',
    baseline: BASELINE,
    candidate: CANDIDATE,
    champion: BASELINE.id,
    challenger: null,
    notes: [],
    ...over,
  });
const brief = (moves: ReturnType<typeof movesAtStart>) =>
  moves.map(({ alias, to, expected }) => `${alias}: ${expected} -> ${to}`);

describe('moves of aliases', () => {
  test('on the way forward', () => {
    expect(brief(movesAtStart(course(), 'r'))).toEqual([`challenger: null -> ${CANDIDATE.id}`]);
    expect(brief(movesAtStart(course({ challenger: OTHER }), 'r'))).toEqual([
      `challenger: ${OTHER} -> ${CANDIDATE.id}`,
    ]);
    expect(movesAtStart(course({ challenger: CANDIDATE.id }), 'r')).toEqual([]);
    expect(brief(movesAtCutover(course(), 'r'))).toEqual([
      `champion: ${BASELINE.id} -> ${CANDIDATE.id}`,
      `challenger: ${CANDIDATE.id} -> null`,
    ]);
  });

  test('on the way back, to the version and never to what was there before', () => {
    expect(brief(movesBack(course(), 'r'))).toEqual([`challenger: ${CANDIDATE.id} -> null`]);
    const after = { ...course({ champion: OTHER }), isCutOver: true };
    expect(brief(movesBack(after, 'r'))).toEqual([`champion: ${CANDIDATE.id} -> ${BASELINE.id}`]);
    const unknown = { ...course({ baseline: null }), isCutOver: true };
    expect(brief(movesBack(unknown, 'r'))).toEqual([`champion: ${CANDIDATE.id} -> null`]);
  });

  test('none to what nobody registered', () => {
    const none = course({ candidate: null });
    expect([movesAtStart(none, 'r'), movesAtCutover(none, 'r'), movesBack(none, 'r')]).toEqual([[], [], []]);
  });

  test('each has an id of its own, and the same one again', () => {
    const all = () => [...movesAtStart(course(), 'r'), ...movesAtCutover(course(), 'r'), ...movesBack(course(), 'r')];
    const ids = all().map(({ changeId }) => changeId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(all().map(({ changeId }) => changeId)).toEqual(ids);
    // A registry knows a move that was made before by its id.
    expect(ids).toEqual(['r/challenger/start', 'r/champion/cutover', 'r/challenger/cutover', 'r/challenger/way-back']);
  });
});

describe('a late move', () => {
  const late = { service: 'digits', rolloutId: 'digits-1', startedAt: '2026-11-01T08:00:00.000Z' };
  const rollout = (over: object = {}, isAtCutover = false) => ({
    rolloutId: 'digits-2',
    service: 'digits',
    startedAt: '2026-11-01T09:00:00.000Z',
    weightPercent: isAtCutover ? 100 : 5,
    phases: Object.fromEntries(
      PHASES.map((phase) => [
        phase,
        { status: 'pending', startedAt: isAtCutover && phase === 'cutover' ? 'x' : null, endedAt: null, note: '' },
      ]),
    ) as Parameters<typeof newerOwner>[0][number]['phases'],
    ...over,
  });

  test.each([
    ['nobody came since', [rollout({ rolloutId: 'digits-1' })], null, null],
    ['another service', [rollout({ service: 'other' }, true)], null, null],
    ['one before', [rollout({ startedAt: '2026-11-01T07:00:00.000Z' }, true)], null, null],
    ['a newer one is on trial', [rollout()], null, 'digits-2'],
    ['one that began at once', [rollout({ startedAt: late.startedAt }, true)], null, null],
    ['a newer one at its cutover', [rollout({ weightPercent: 99 }, true)], null, 'digits-2'],
    ['a newer one with all traffic on trial', [rollout({ weightPercent: 100 })], null, 'digits-2'],
    ['a newer one serves all', [rollout({}, true)], 'digits-2', 'digits-2'],
  ])('%s', (_, rollouts, champion, challenger) => {
    expect(newerOwner(rollouts, late, 'champion')).toBe(champion);
    expect(newerOwner(rollouts, late, 'challenger')).toBe(challenger);
  });
});

describe('digests in an approval', () => {
  const models = { model: 'digits', baseline: BASELINE, candidate: CANDIDATE };
  const seen = { weightPercent: 10, evidence: [] };

  test('its basis names them where they are known, and is as before where not', () => {
    expect(basisOf('spec', { ...seen, models })).toBe(
      `spec of ${CANDIDATE.digest} against ${BASELINE.digest} at 10 %: `,
    );
    expect(basisOf('spec', { ...seen, models: { ...models, baseline: null } })).toContain(
      `of ${CANDIDATE.digest} against ?`,
    );
    expect(basisOf('spec', { ...seen, models: { ...models, candidate: null } })).toContain(
      `of ? against ${BASELINE.digest}`,
    );
    expect(basisOf('spec', seen)).toBe('spec at 10 %: ');
    expect(basisOf('spec', { ...seen, models: { ...models, baseline: null, candidate: null } })).toBe('spec at 10 %: ');
    expect(basisOf('spec', { ...seen, models: { ...models, candidate: { ...CANDIDATE, digest: 'x' } } })).not.toBe(
      basisOf('spec', { ...seen, models }),
    );
  });

  test('others than those on trial are refused', () => {
    expect(knownDigests(models)).toEqual({ baseline: BASELINE.digest, candidate: CANDIDATE.digest });
    expect(knownDigests({ ...models, baseline: null })).toEqual({ candidate: CANDIDATE.digest });
    expect(knownDigests({ ...models, candidate: null })).toEqual({ baseline: BASELINE.digest });
    expect(knownDigests(undefined)).toBeNull();
    expect(digestRefusal({ ...models, candidate: null }, { candidate: 'x' })).toMatch(/is not registered/);
    expect(digestRefusal(models, { candidate: CANDIDATE.digest })).toBeNull();
    expect(digestRefusal(models, undefined)).toBeNull();
    expect(digestRefusal(models, { baseline: CANDIDATE.digest })).toMatch(/for a baseline of digest/);
    expect(digestRefusal(undefined, { candidate: 'x' })).toMatch(/this candidate is not registered/);
  });

  test('are signed with it, and a request without them is signed as before', () => {
    const request = { actor: 'bob', reason: '' };
    expect(statementDigest({ ...request, artifacts: { candidate: 'x' } })).not.toBe(statementDigest(request));
    // SHA-256 of {"actor":"bob","reason":""}
    expect(statementDigest(request)).toBe('11aa441db0aff026cc879888091a5dba7868276b49b343dd5229c36a2760d865');
  });
});

describe('registry in a spec', () => {
  test.each([
    { champion: 'latest' },
    { champion: 'a', challenger: 'a' },
    { model: '../digits' },
    { verify: 'sometimes' },
    { alias: 'champion' },
  ])('%j is refused', (given) => {
    expect(registry.safeParse(given).success).toBe(false);
  });

  test('versions must be names that a registry takes', () => {
    const told: string[] = [];
    const spec = { baseline: { version: 'v1' }, candidate: { version: 'mv-next' } };
    checkRegistry({ ...spec, registry: rules }, (path, message) => told.push(`${path.join('.')}: ${message}`));
    checkRegistry(spec, () => told.push('asked for nothing'));
    expect(told).toEqual([
      'candidate.version: no registry has a version mv-next: what begins with mv- is an id, or none',
    ]);
  });
});

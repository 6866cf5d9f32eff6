import { describe, expect, test } from '@jest/globals';
import { hooksAt, momentName } from '../../src/domain/hook-moment.js';
import { checkHooks, hooks } from '../../src/domain/spec/hooks.js';

const url = 'https://hooks.example.com/in';
const all = [
  { name: 'schema', kind: 'call', url, at: { before: 'canary' } },
  { name: 'board', kind: 'confirm', url, at: { before: 'cutover' }, maxDuration: '2d' },
  { name: 'capacity', kind: 'confirm', url, at: { beforeStep: 'each' } },
  { name: 'late', kind: 'confirm', url, at: { beforeStep: 2 } },
  { name: 'business', kind: 'veto', url, at: { during: 'canary' } },
  { name: 'load', kind: 'load-test', url, at: { during: 'shadow' } },
  { name: 'clean', kind: 'call', url, at: { after: 'cutover' }, onFailure: 'ignore' },
] as const;

describe('hooks in a spec', () => {
  const parsed = hooks.parse(all);

  test('come with defaults, and durations in milliseconds', () => {
    expect(parsed[0]).toEqual({ ...all[0], timeout: 10_000, retries: 3, onFailure: 'rollback' });
    expect(parsed[1]).toMatchObject({ every: 10_000, maxDuration: 172_800_000, onTimeout: 'rollback' });
    expect(parsed[5]).toMatchObject({ waitForDone: false, maxDuration: 3_600_000 });
  });

  test.each([
    ['call', { before: 'canary' }, ['schema']],
    ['confirm', { before: 'canary' }, []],
    ['confirm', { beforeStep: 0 }, ['capacity']],
    ['confirm', { beforeStep: 2 }, ['capacity', 'late']],
    ['veto', { during: 'canary' }, ['business']],
    ['load-test', { during: 'canary' }, []],
    ['call', { after: 'cutover' }, ['clean']],
    ['call', { before: 'cutover' }, []],
  ] as const)('%s at %j', (kind, moment, names) => {
    expect(hooksAt(parsed, kind, moment).map(({ name }) => name)).toEqual(names);
    expect(momentName(moment)).toMatch(/^(before|after|during) /);
  });

  test.each([
    ['two of one name', [all[0], all[0]], 'hook schema is given twice'],
    ['a load test before a phase', [{ ...all[5], at: { before: 'canary' } }], 'invalid_union|unrecognized|during'],
    ['a phase nobody knows', [{ ...all[0], at: { before: 'canery' } }], 'Invalid'],
    ['an automatic yes', [{ ...all[1], onTimeout: 'approve' }], 'rollback'],
    ['a call of ten minutes', [{ ...all[0], timeout: '10m' }], '5m at most'],
    ['http to another machine', [{ ...all[0], url: 'http://hooks/in' }], 'insecure: true'],
    ['a password in the URL', [{ ...all[0], url: 'https://a:planted@hooks/' }], 'secretRef'],
    ['twenty-one', Array.from({ length: 21 }, (_, i) => ({ ...all[0], name: `h${i}` })), '20'],
  ])('%s is refused', (_, given, message) => {
    const { error } = hooks.safeParse(given);
    expect(error?.message).toMatch(new RegExp(message));
    expect(error?.message).not.toContain('planted');
  });

  test('at a phase or step that is not there would never be asked', () => {
    const refused: string[] = [];
    checkHooks(parsed, { present: ['canary', 'cutover'], steps: 2 }, (path, message) =>
      refused.push(`${path.join('.')}: ${message}`),
    );
    expect(refused).toEqual([
      "3.at: hook late: step 2 is not below the canary's 2 steps",
      '5.at: hook load: the rollout has no phase shadow',
    ]);
  });
});

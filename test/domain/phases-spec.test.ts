import { describe, expect, test } from '@jest/globals';
import { approval, canary, phases } from '../../src/domain/spec/phases.js';
import { placesOf } from './spec-places.js';

describe('an approval', () => {
  test('without a word is anybody’s one yes within a day, and no answer goes back', () => {
    expect(approval.parse({})).toEqual({ timeout: 86_400_000, onTimeout: 'rollback', quorum: 1, fourEyes: false });
    expect(placesOf(approval, { quorum: 5 })).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['as many as there are', { approvers: ['ann', 'bob'], quorum: 2 }, []],
    ['more than there are', { approvers: ['ann', 'bob'], quorum: 3 }, ['quorum']],
    ['one person twice', { approvers: ['ann', 'ann'], quorum: 2 }, ['quorum']],
    ['a role, which may have many', { approvers: ['ann', 'role:release'], quorum: 9 }, []],
    ['what only ends like a role', { approvers: ['ann', 'role'], quorum: 3 }, ['quorum']],
    ['with whom it escalates to', { approvers: ['ann'], quorum: 2, escalate: { after: '1h', to: ['bob'] } }, []],
    ['the same person again', { approvers: ['ann'], quorum: 2, escalate: { after: '1h', to: ['ann'] } }, ['quorum']],
    ['a role it escalates to', { approvers: ['ann'], quorum: 7, escalate: { after: '1h', to: ['role:x'] } }, []],
  ])('has a quorum that can be had: %s', (_, given, refused) => {
    expect(placesOf(approval, given)).toEqual(refused);
  });

  test('escalates to somebody who might not approve already, and before it is over', () => {
    const escalate = (after: string) => ({ after, to: ['bob'] });
    expect(placesOf(approval, { escalate: escalate('1h') })).toEqual(['escalate']);
    const of = (after: string) => placesOf(approval, { approvers: ['ann'], timeout: '2h', escalate: escalate(after) });
    expect([of('119m'), of('2h'), of('3h')]).toEqual([[], ['escalate.after'], ['escalate.after']]);
  });
});

describe('the steps of a canary', () => {
  const pause = { pause: { duration: '1m' } };
  const refused = (...steps: object[]) => placesOf(canary, { steps });

  test('rise, whatever pauses lie between', () => {
    expect(refused({ setWeight: 5 }, pause, { setWeight: 5.01 }, { setWeight: 100 })).toEqual([]);
    expect(refused({ setWeight: 5 }, pause, { setWeight: 5 })).toEqual(['steps.2.setWeight']);
    expect(refused({ setWeight: 20 }, { setWeight: 10 }, { setWeight: 15 })).toEqual(['steps.1.setWeight']);
  });

  test('begin with a weight, and there is one at least', () => {
    expect(refused(pause, { setWeight: 5 })).toEqual(['steps.0']);
    expect(refused()).toEqual(['steps']);
  });

  test('come with their defaults', () => {
    expect(canary.parse({ steps: [{ setWeight: 5 }] }).steps).toEqual([{ setWeight: 5, bake: 600_000, minSamples: 0 }]);
  });
});

test('of the phases only the canary must be written', () => {
  expect(phases.parse({ canary: { steps: [{ setWeight: 5 }] } })).toEqual({
    canary: { steps: [{ setWeight: 5, bake: 600_000, minSamples: 0 }] },
    cutover: { keepBaselineWarm: 3_600_000 },
  });
  expect(placesOf(phases, {})).toEqual(['canary']);
});

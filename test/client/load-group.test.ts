import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadGroup } from '../../src/client/load-group.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-group-'));
  await copyFile('examples/group/digits.yaml', join(folder, 'digits.yaml'));
  await copyFile('examples/group/digits.yaml', join(folder, 'again.yaml'));
  await writeFile(join(folder, 'broken.yaml'), 'sluice: v1\nservice: Digits\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is wrong with a group, without the folder's name. */
async function issuesOf(text: string): Promise<string[]> {
  const path = join(folder, 'group.yaml');
  await writeFile(path, text);
  try {
    await loadGroup(path);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replaceAll(`${folder}/`, ''));
  }
}
const HEAD = 'sluice: group/v1\nname: spring\nowner: ml-platform\n';

test('the example is a right group, with its rollouts', async () => {
  const { spec, members } = await loadGroup('examples/group/group.yaml');
  expect(spec).toMatchObject({ name: 'spring-release', onFailure: 'abort', maxParallel: 4 });
  expect(spec.waves.map(({ barrier }) => barrier)).toEqual(['cutover', 'promoted']);
  expect(spec.waves[0]?.pause).toEqual({
    approval: { approvers: ['role:release'], fourEyes: true, timeout: 86_400_000, onTimeout: 'abort', quorum: 1 },
  });
  expect(members.map((wave) => wave.map(({ service }) => service))).toEqual([['digits'], ['postcodes']]);
});

describe('what is wrong is told with line and column', () => {
  test.each([
    [
      'an unknown key',
      'waves: [{ name: a, rollouts: [digits.yaml], barier: cutover }]',
      ['group.yaml:4:45: waves.0: unknown key barier'],
    ],
    ['no wave', 'waves: []', ['group.yaml:4:8: waves:']],
    [
      'a pause that nothing follows',
      'waves: [{ name: a, rollouts: [digits.yaml], pause: { duration: 1m } }]',
      ['group.yaml:4:52: waves.0.pause: no wave comes after this pause'],
    ],
    [
      'a wave twice',
      'waves: [{ name: a, rollouts: [digits.yaml] }, { name: a, rollouts: [x.yaml] }]',
      ['group.yaml:4:55: waves.1.name: wave a is given twice'],
    ],
    [
      'a quorum that can not be had',
      'waves: [{ name: a, rollouts: [digits.yaml], pause: { approval: { approvers: [bob, bob], quorum: 2 } } }, { name: b, rollouts: [x.yaml] }]',
      ['group.yaml:4:97: waves.0.pause.approval.quorum: a quorum of 2 can not be had from 1 people'],
    ],
    [
      'a file that is not there',
      'waves: [{ name: a, rollouts: [digits.yaml, none.yaml] }]',
      ['group.yaml:4:44: waves.0.rollouts.1: none.yaml: ENOENT'],
    ],
    [
      'a service twice',
      'waves:\n  - { name: a, rollouts: [digits.yaml] }\n  - { name: b, rollouts: [again.yaml] }',
      ['group.yaml:6:27: waves.1.rollouts.0: service digits is in this group already'],
    ],
  ])('%s', async (_, text, expected) => {
    const issues = await issuesOf(HEAD + text);
    expect(issues).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(issues[index]).toContain(start);
  });

  test('of a rollout: where the group names it, and where it is', async () => {
    const issues = await issuesOf(`${HEAD}waves: [{ name: a, rollouts: [broken.yaml] }]`);
    expect(issues.length).toBeGreaterThan(3);
    for (const issue of issues) expect(issue).toMatch(/^group.yaml:4:31: waves.0.rollouts.0: broken.yaml:\d+:\d+: /);
  });

  test('of more rollouts than a group may have', async () => {
    const wave = (name: string) =>
      `  - { name: ${name}, rollouts: [${Array.from({ length: 60 }, (_, i) => `${name}${i}.yaml`).join(', ')}] }`;
    expect(await issuesOf(`${HEAD}waves:\n${wave('a')}\n${wave('b')}`)).toEqual([
      'group.yaml:5:3: waves: a group of 120 rollouts; at most 100 are taken',
    ]);
  });
});

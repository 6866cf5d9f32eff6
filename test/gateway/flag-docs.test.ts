import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadGatewayConfig } from '../../src/gateway/config.js';
import { readContext } from '../../src/routing/evaluation-context.js';
import { evaluate } from '../../src/routing/flag-evaluation.js';
import { compileFlags } from '../../src/routing/flag-set.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-flags-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(text: string) {
  const path = join(folder, 'gateway.yaml');
  await writeFile(path, text);
  return loadGatewayConfig(path);
}

async function example(): Promise<string> {
  const [, yaml] = /```yaml\n(.*?)```/s.exec(await readFile('docs/flags.md', 'utf8')) ?? [];
  return yaml ?? '';
}

test('the example of the documentation is read, and serves what it says', async () => {
  const { flags = {} } = await load(await example());
  const set = compileFlags(flags);
  const serve = (context: object, at: string) => evaluate(set, 'new-ranker', readContext(context), Date.parse(at));
  const office = '2026-11-20T12:00:00Z';
  expect(serve({ targetingKey: 'ann@example.com' }, office)).toMatchObject({
    variant: 'on',
    reason: 'TARGETING_MATCH',
  });
  expect(serve({ app: { version: '2.3.9' } }, office)).toMatchObject({ variant: 'off', metadata: { rule: 'old-app' } });
  const german = { targetingKey: 'bob', country: 'de', app: { version: '2.4.0' } };
  expect(serve(german, office)).toMatchObject({ reason: 'SPLIT', metadata: { rule: 'office-hours' } });
  expect(serve(german, '2026-11-21T12:00:00Z')).toMatchObject({ reason: 'SPLIT', metadata: { revision: 1 } });
});

test.each<[string, string, RegExp]>([
  ['semver: <2.4.0', 'semver: newest', /:\d+:\d+: .*expected a range of versions/],
  ['zone: Europe/Berlin', 'zone: Europe/Nowhere', /expected an IANA time zone/],
  ['variant: v2 }]', 'variant: v3 }]', /new-ranker needs search to serve v3/],
  ['on: 10, off: 90', 'on: 10, off: 91', /expected percents that add up to 100/],
  ['plan: { not: free }', 'plan: { matches: free }', /matches/],
])('instead of %s, %s is an error with its place', async (good, bad, message) => {
  const text = (await example()).replace(good, bad);
  const error = await load(text).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'DocumentError' });
  expect((error as Error).message).toMatch(message);
});

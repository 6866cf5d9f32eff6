import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadMonitor } from '../../src/client/load-monitor.js';
import { loadSpec } from '../../src/client/load-spec.js';
import { MONITOR_KINDS } from '../../src/domain/monitor.js';

const FOLDER = 'examples/monitors';
const files = readdirSync(FOLDER);

test.each(files)('%s is a right monitor of the digits example', async (file) => {
  const { name, service } = await loadMonitor(`${FOLDER}/${file}`);
  expect({ file: `${name}.yaml`, service }).toEqual({ file, service: 'digits' });
});

test('there is one of each kind', async () => {
  const kinds = await Promise.all(files.map(async (file) => (await loadMonitor(`${FOLDER}/${file}`)).kind));
  expect(kinds.toSorted()).toEqual(MONITOR_KINDS.toSorted());
});

test('they look at the model servers that the rollout of the demo names', async () => {
  const { baseline, candidate } = await loadSpec('examples/digits-v2.yaml');
  const resources = await loadMonitor(`${FOLDER}/resources.yaml`);
  const dependencies = await loadMonitor(`${FOLDER}/dependencies.yaml`);
  if (resources.kind !== 'resources' || dependencies.kind !== 'dependencies') throw new Error('other kinds');
  const ports = resources.targets.flatMap(({ version, local }) => (local?.port ? [[version, local.port]] : []));
  expect(ports).toEqual([baseline, candidate].map(({ version, url }) => [version, Number(new URL(url).port)]));
  const probed = dependencies.nodes.map(({ probe }) => probe?.http?.url ?? '');
  expect(probed).toContainEqual(expect.stringContaining(candidate.url));
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { initialRoutes, loadGatewayConfig } from '../../src/gateway/config.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(more: string) {
  const path = join(folder, 'gateway.yaml');
  const service =
    '  - { service: digits, baseline: { version: v1, url: http://127.0.0.1:8110 }, protocol: { model: digits } }';
  await writeFile(path, `sluice: gateway/v1\nservices:\n${service}\n${more}`);
  return loadGatewayConfig(path);
}

test('the example is a baseline-only route of epoch 0', async () => {
  const [route] = initialRoutes(await loadGatewayConfig('examples/gateway.yaml'));
  expect(route).toMatchObject({
    service: 'digits',
    epoch: 0,
    baseline: { version: 'v1', url: 'http://127.0.0.1:8110' },
    protocol: { model: 'digits', unitKey: 'header:x-user-key' },
    candidate: null,
    weightPercent: 0,
  });
});

test('what is left out has its default, and what is given counts', async () => {
  expect(await load('')).toMatchObject({ predictionSample: 1 });
  expect(await load('predictionSample: 0.25\nanswerTimeoutMs: 2500')).toMatchObject({
    predictionSample: 0.25,
    answerTimeoutMs: 2500,
  });
});

test.each([
  ['a share above 1', 'predictionSample: 2', /gateway\.yaml:4:19: predictionSample: /],
  ['no patience', 'answerTimeoutMs: 0', /gateway\.yaml:4:18: answerTimeoutMs: /],
  ['an unknown key', 'colour: red', /gateway\.yaml:4:1: unknown key colour/],
])('%s is refused, with line and column', async (_, more, message) => {
  await expect(load(more)).rejects.toMatchObject({ code: 'SPEC_INVALID', message: expect.stringMatching(message) });
});

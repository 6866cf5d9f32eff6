import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { tokenFile } from '../../src/api/auth/token-file.js';
import { groupSpec } from '../../src/domain/spec/group-spec.js';
import { versionDraft } from '../../src/domain/spec/model-version.js';
import { monitorSpec } from '../../src/domain/spec/monitors/index.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { readDocument } from '../../src/yaml/read-document.js';
import { readGatewayText } from './gateway-text.js';
import { allPages, type Block, blocksOf } from './pages.js';

const documents = allPages()
  .flatMap(blocksOf)
  .filter(({ language, text }) => language === 'yaml' && /^(?:#.*\n|\n)*sluice:/.test(text));

/** Of a group, its own rollouts are files that a page does not have. */
const SCHEMAS = {
  rollout: rolloutSpec,
  group: groupSpec,
  monitor: monitorSpec,
  'model-version': versionDraft,
  'api-tokens': tokenFile,
};

async function read({ text, at }: Block): Promise<unknown> {
  const [, kind = 'rollout'] = /^sluice: *["']?(?:([a-z-]+)\/)?v1/m.exec(text) ?? [];
  if (kind === 'gateway') return readGatewayText(text);
  if (!Object.hasOwn(SCHEMAS, kind)) throw new Error(`${at}: nobody knows the kind ${kind}`);
  return readDocument(text, SCHEMAS[kind as keyof typeof SCHEMAS], at);
}

test('pages show whole documents', () => {
  expect(documents.length).toBeGreaterThan(15);
});

test.each(documents.map((block) => [block.at, block] as const))('%s is taken as it stands', async (_, block) => {
  await expect(read(block)).resolves.toBeDefined();
});

test('every yaml block is YAML', () => {
  const blocks = allPages()
    .flatMap(blocksOf)
    .filter(({ language }) => language === 'yaml');
  const broken = blocks.flatMap(({ text, at }) => {
    try {
      for (const part of text.split(/^---$/m)) parse(part);
      return [];
    } catch (error) {
      return [`${at}: ${(error as Error).message}`];
    }
  });
  expect(broken).toEqual([]);
});

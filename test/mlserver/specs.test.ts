import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadSpec } from '../../src/client/load-spec.js';
import { protocol } from '../../src/domain/spec/target.js';

test.each(['lr-to-forest', 'lr-to-v3'])('examples/mlserver/%s.yaml is a right spec', async (name) => {
  expect(await loadSpec(`examples/mlserver/${name}.yaml`)).toMatchObject({ service: 'digits' });
});

test('so are the protocols of docs/model-servers.md', () => {
  const blocks = [...readFileSync('docs/model-servers.md', 'utf8').matchAll(/```yaml\n([^`]*)```/g)];
  const kinds = blocks.map(([, text]) => protocol.parse((parse(text ?? '') as { protocol: unknown }).protocol).kind);
  expect(kinds).toEqual(['json', 'chat']);
});

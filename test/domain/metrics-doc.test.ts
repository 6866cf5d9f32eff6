import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { guardrail } from '../../src/domain/spec/guardrail.js';

test('the guardrails that docs/queries.md shows are taken', async () => {
  const text = await readFile(new URL('../../docs/queries.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /```yaml\n(guardrails:[\s\S]*?)```/.exec(text) ?? [];
  const { guardrails } = parse(yaml) as { guardrails: unknown[] };
  expect(guardrails.map((one) => guardrail.parse(one))).toMatchObject([
    { name: 'error-ratio' },
    { name: 'feature-lag' },
    { name: 'revenue', count: 3 },
  ]);
});

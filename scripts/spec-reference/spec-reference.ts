import { z } from 'zod';
import { groupSpec } from '../../src/domain/spec/group-spec.js';
import { monitorSpec } from '../../src/domain/spec/monitors/index.js';
import { rolloutJsonSchema } from '../../src/yaml/json-schema.js';
import type { SchemaNode } from './describe-type.js';
import { renderReference } from './render-reference.js';

const HEAD = `# Reference of all specs

Made from the schemas that \`sluice lint\` checks with (\`npm run spec-reference\`), so it is never behind them. What the keys are for, with examples:
[spec.md](spec.md), [groups.md](groups.md), [incidents.md](incidents.md). Unknown keys are refused. A duration is \`20ms\`, \`30s\`, \`10m\`, \`2h\` or \`7d\`.
Some rules hold between keys (weights rise, a lease is four ticks at least): they are in no table, and \`sluice lint\` says which one is broken.`;

/** The whole page, as Markdown. */
export function specReference(): string {
  const of = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
  const chapters = [
    renderReference('Rollout', rolloutJsonSchema() as SchemaNode),
    renderReference('Group', of(groupSpec)),
    renderReference('Monitor', of(monitorSpec)),
  ];
  return `${[HEAD, ...chapters].join('\n\n')}\n`;
}

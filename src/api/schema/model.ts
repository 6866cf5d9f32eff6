import { z } from 'zod';
import type { Alias, AliasChange, ModelSummary, ModelVersion } from '../../domain/model-version.js';
import {
  aliasName,
  modelName,
  newVersion,
  personName,
  reasonText,
  versionId,
  versionSelector,
} from '../../domain/spec/model-version.js';
import type { VersionDiff } from '../../registry/diff.js';
import type { Lineage } from '../../registry/lineage.js';
import { documentOf, next, paging, shapeOf, time } from './common.js';

/** As src/registry/lineage.ts has it. */
const DEEPEST = 50;

export const ofModel = z.object({ model: modelName });
export const ofVersion = ofModel.extend({ version: versionSelector });
export const ofPair = ofVersion.extend({ other: versionSelector });
export const ofAlias = ofModel.extend({ alias: aliasName });
export const modelQuery = z.object(paging(50, 200));
export const lineageQuery = z.object({
  direction: z.enum(['ancestors', 'descendants']).default('ancestors'),
  depth: z.coerce.number().int().min(1).max(DEEPEST).default(10),
});

export const modelPage = z.object({
  models: z.array(shapeOf<ModelSummary>(z.object({ model: z.string(), versions: z.int(), newest: z.string() }))),
  next,
});
export const modelVersion = shapeOf<ModelVersion>(
  z.looseObject({
    id: z.string(),
    model: z.string(),
    version: z.string(),
    createdAt: time,
    author: z.string(),
    parents: z.array(z.string()),
    artifact: z.object({ uri: z.string(), digest: z.string(), bytes: z.number() }),
  }),
);
export const versionPage = z.object({ versions: z.array(modelVersion), next });
export const newModelVersion = newVersion;
export type NewVersionBody = z.input<typeof newVersion>;

export const lineage = shapeOf<Lineage>(
  z.object({
    relatives: z.array(z.object({ version: modelVersion, depth: z.int().min(1) })),
    missing: z.array(z.string()),
    isCircular: z.boolean(),
    isTruncated: z.boolean(),
  }),
);
export const versionDiff = documentOf<VersionDiff>('By field: what is added, removed and changed. docs/models.md');

export const aliasPage = z.object({
  aliases: z.array(
    shapeOf<Alias>(z.object({ model: z.string(), alias: z.string(), id: z.string(), version: z.string() })),
  ),
  next,
});
const aliasChange = shapeOf<AliasChange>(
  z.object({
    changeId: z.string(),
    model: z.string(),
    alias: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    by: z.string(),
    why: z.string(),
    at: time,
  }),
);
export const aliasHistory = z.object({ changes: z.array(aliasChange), next });
export const aliasMove = z.strictObject({
  to: versionSelector.nullable(),
  by: personName.optional().describe('Without tokens only: else it is whoever asks.'),
  why: reasonText,
  expected: versionId.nullable().optional(),
  changeId: z
    .string()
    .regex(/^[A-Za-z0-9][\w./:-]{0,199}$/, 'expected letters, digits and _ . / : -')
    .optional(),
});
export type AliasMoveBody = z.input<typeof aliasMove>;
/** The change is null where the alias pointed there already. */
export const movedAlias = z.object({ change: aliasChange.nullable() });

import { z } from 'zod';
import {
  ALIAS_NAME,
  CODE_REFERENCE,
  DATASET_ROLES,
  DIGEST,
  MODEL_NAME,
  parseSelector,
  VERSION_ID,
  VERSION_LABEL,
} from '../model-version.js';

const MOST_ENTRIES = 500;
const MOST_PARENTS = 32;
const LONGEST_URI = 1000;
/** `__proto__` is none. */
const KEY = /^(?!__)[\w@][\w.@/:+-]{0,199}$/;
/** Of a part of a path, however often it was percent-encoded. */
const CLIMBS = /(?:^|[/\\])(?:\.|%(?:25)*2e){2}(?:$|[/\\?#])/i;

/**
 * Text that every registry gives back as it got it: an id is computed over it again.
 * @returns a schema without control characters (but line breaks and tabs) and without half a character
 */
const plainText = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^(?:\P{Cc}|[\n\t])*$/u, 'expected text without control characters')
    .refine((text) => !/\p{Surrogate}/u.test(text), 'expected whole characters');
const line = (longest: number) =>
  plainText(longest)
    .trim()
    .min(1)
    .regex(/^[^\r\n\t]*$/, 'expected one line');

export const modelName = z
  .string()
  .regex(MODEL_NAME, 'expected 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen');
export const versionLabel = z
  .string()
  .regex(VERSION_LABEL, 'expected 1 to 63 letters, digits, dots, hyphens and underscores, not beginning with mv-');
export const aliasName = z
  .string()
  .regex(
    ALIAS_NAME,
    'expected 1 to 63 lower-case letters, digits, hyphens and underscores, beginning with a letter; not latest or v<number>',
  );
export const versionId = z.string().regex(VERSION_ID, 'expected mv- and 16 hex digits');
const digest = z.string().regex(DIGEST, 'expected sha256: and 64 hex digits');
export const versionSelector = z
  .string()
  .refine(
    (text) => parseSelector(text) !== null,
    'expected a version such as v2, its id, or an alias such as @champion',
  );
export const personName = line(200);
export const reasonText = line(500);

/** A path or a URL. What may carry a password or a signature is refused: a version is kept for ever, and read by many. */
export const artifactUri = line(LONGEST_URI)
  .refine((uri) => !CLIMBS.test(uri), 'expected a path without ..')
  .refine((uri) => !/^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(uri), 'expected a URL without a user and a password')
  .refine(
    (uri) => !/^[a-z][a-z0-9+.-]*:[^?#]*[?#]/i.test(uri),
    'expected a URL without a query, which may hold a signature',
  );

const entries = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string().regex(KEY, 'expected a name of 1 to 200 letters, digits and _ . @ / : + -'), value)
    .refine((record) => Object.keys(record).length <= MOST_ENTRIES, `expected at most ${MOST_ENTRIES} entries`)
    .default({});

const dataset = z.strictObject({ name: line(200), digest, role: z.enum(DATASET_ROLES) });

/** All but where the artifact is. */
const shared = {
  version: versionLabel,
  parameters: entries(z.union([z.number(), z.boolean(), plainText(2000)])),
  metrics: entries(z.number()),
  datasets: z
    .array(dataset)
    .max(100)
    .refine(
      (all) => new Set(all.map(({ name, role }) => `${role} ${name}`)).size === all.length,
      'expected each data set once in a role',
    )
    .default([]),
  environment: entries(line(200)),
  code: z.string().regex(CODE_REFERENCE, 'expected a full git commit, or sha256: and 64 hex digits'),
  author: personName,
  parents: z
    .array(versionId)
    .max(MOST_PARENTS)
    .refine((ids) => new Set(ids).size === ids.length, 'expected each parent once')
    .default([]),
  tags: entries(plainText(500)),
  description: plainText(5000).default(''),
};

/** What the api takes; the model stands in the address. */
export const newVersion = z.strictObject({
  ...shared,
  artifact: z.strictObject({ uri: artifactUri, digest, bytes: z.int().min(0) }),
});

/** A whole one, as another registry gives it back. */
export const storedVersion = z.strictObject({
  ...newVersion.shape,
  id: versionId,
  model: modelName,
  createdAt: z.iso.datetime(),
});

/** What a person writes; digests are computed where the files are. */
export const versionFile = z.strictObject({
  sluice: z.literal('model-version/v1'),
  model: modelName,
  ...shared,
  author: shared.author.optional(),
  artifact: z
    .strictObject({
      path: z.string().min(1).optional().describe('A file or a folder on this machine, relative to this file.'),
      uri: artifactUri.optional().describe('Where it is kept; else the path itself.'),
      digest: digest.optional(),
      bytes: z.int().min(0).optional(),
    })
    .refine(
      ({ path, uri }) => path !== undefined || uri !== undefined,
      'expected path (on this machine) or uri (where it is kept)',
    ),
  datasets: z
    .array(
      z
        .strictObject({ ...dataset.shape, digest: digest.optional(), path: z.string().min(1).optional() })
        .refine((one) => (one.digest === undefined) !== (one.path === undefined), 'expected either digest or path'),
    )
    .max(100)
    .default([]),
});
export type VersionFile = z.output<typeof versionFile>;

/** What a person keeps of it in a file; the rest, such as the commit, is given when it is registered. */
export const versionDraft = versionFile.partial().required({ sluice: true });
export type VersionDraft = z.output<typeof versionDraft>;

import { z } from 'zod';
import { withoutFault } from './without-fault.js';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const S3 = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+/;
const LEADS_OUT = /^(?:\.\/+)*\.\.(?:\/|$)/;
/** Whoever reads one of these may read the data. */
const SIGNED = /[?&](x-amz-signature|x-amz-security-token|x-goog-signature|signature|sig|token|access_token)=/i;

const source = z
  .string()
  .min(1)
  .max(2000)
  .superRefine(withoutFault(faultOf))
  .describe(
    'A path under the worker’s SLUICE_DATA_DIR, an http or https URL, or s3://bucket/key. Formats by ending: .csv, .tsv, .ndjson, .jsonl (also .gz), .parquet.',
  );

export const column = z.string().min(1).max(500);
const schema = z.strictObject({
  label: column.nullable().optional().describe('Column of the true label; null: there is none. Default: label.'),
  features: z
    .array(column)
    .min(1)
    .max(10_000)
    .optional()
    .describe('Columns the model gets, in this order. Default: all others.'),
  ignore: z.array(column).max(10_000).optional().describe('Columns that are not read.'),
});
export type DatasetSchema = z.output<typeof schema>;

const options = z.strictObject({
  source,
  format: z.enum(['csv', 'ndjson', 'parquet']).optional().describe('Where the ending does not say it.'),
  delimiter: z
    .string()
    .regex(/^[^"\r\n\p{L}\p{N}]$/u, 'expected one character that is no letter, digit or quote')
    .optional()
    .describe('Between the cells of a CSV. Default: a comma; of .tsv a tab.'),
  schema: schema.optional(),
  expectDigest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hex digits')
    .optional()
    .describe('Of the bytes as stored. Other bytes are refused.'),
});

/** Data for the validation suite: where it lies, or that and how to read it. */
export const dataset = z.union([source, options]);
export type DatasetSpec = z.output<typeof dataset>;
export type DatasetOptions = z.output<typeof options>;

export function datasetOptions(spec: DatasetSpec): DatasetOptions {
  return typeof spec === 'string' ? { source: spec } : spec;
}

function faultOf(text: string): string | null {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return LEADS_OUT.test(text) ? 'it leads out of SLUICE_DATA_DIR' : null;
  if (scheme === 's3') return S3.test(text) ? null : 'expected s3://bucket/key';
  if (scheme !== 'http' && scheme !== 'https') return `the scheme is ${scheme}, expected http, https or s3`;
  if (!URL.canParse(text)) return 'it is not a URL';
  const { username, password, search } = new URL(text);
  if (username !== '' || password !== '') return 'a user name or password in a URL ends in the history';
  return SIGNED.test(search)
    ? 'a signed URL is a secret that ends in the history; use s3:// with the worker’s own credentials'
    : null;
}

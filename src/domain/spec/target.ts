import { z } from 'zod';
import type { Protocol } from '../protocol.js';
import { ATTRIBUTE_FIELD, UNIT_KEY } from '../route.js';
import { secretRef } from './receiver.js';

/** Names of services and models. */
export const serviceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'expected 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen',
  );
export const versionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'expected 1 to 63 letters, digits, dots, hyphens and underscores');

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });
export const modelTarget = z.strictObject({
  version: versionName,
  url: httpUrl.describe('Base URL of the model server.'),
  metricsUrl: httpUrl
    .optional()
    .describe('Where the model server’s own metrics are (Prometheus text format): its memory is read from them.'),
});

const common = {
  unitKey: z
    .string()
    .regex(UNIT_KEY, 'expected header:<name in lower case>, cookie:<name>, body:<JSON pointer> or request')
    .max(200)
    .default('header:x-user-key')
    .describe('What makes two requests one user: all of a unit’s requests meet the same version.'),
  attributes: z
    .record(
      z.string().regex(/^[A-Za-z][\w.-]{0,62}$/),
      z
        .string()
        .max(200)
        .regex(ATTRIBUTE_FIELD, 'expected header:<name in lower case>, cookie:<name> or body:<JSON pointer>'),
    )
    .optional()
    .describe('What segments may ask for: name -> where it stands in a request.'),
};

const openInference = z.strictObject({
  // Optional inside its default: only so does a union find the branch of a protocol without a kind.
  kind: z.literal('open-inference').optional().default('open-inference'),
  model: serviceName.describe('The name on the wire: requests under /v2/models/<model>.'),
  ...common,
});

/** Dots and encoded slashes are refused by gateways; what they answer themselves is not a service's. */
const path = z
  .string()
  .max(200)
  .regex(
    /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/,
    'expected a path such as /predict, without a query or a slash at its end',
  )
  .refine((text) => !/^\/(?:_sluice|ofrep)(?:\/|$)/.test(text), 'gateways answer under /_sluice and /ofrep themselves');
const pointer = z
  .string()
  .max(200)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'expected a JSON pointer such as /predictions/-/label')
  // A list is built up to its index.
  .refine((text) => !/\/\d{4,}(?:\/|$)/.test(text), 'indexes above 999 are refused');
const ofRow = pointer.refine((text) => text.split('/').filter((part) => part === '-').length <= 1, 'more than one "-"');

const json = z
  .strictObject({
    kind: z.literal('json'),
    path: path.describe('Where predictions are posted, on model servers and gateways alike.'),
    ready: path.optional().describe('Says 2xx once it is ready. Default: it answers at all, and not with 5xx.'),
    features: z
      .strictObject({
        pointer: pointer.default('').describe('Where they stand, from the row’s own root.'),
        names: z
          .array(z.string().min(1).max(100))
          .min(1)
          .max(500)
          .optional()
          .describe('Their names, in the data set’s order: an object. Default: a list.'),
      })
      .describe('A row’s features.'),
    prediction: ofRow.describe('Where the prediction stands in an answer; "-" is the row’s place in a list.'),
    score: ofRow.optional().describe('Where its score stands, or the list of all classes’ scores.'),
    id: pointer.optional().describe('Where a request’s id goes; an answer with another one there is refused.'),
    batch: z
      .union([z.literal(false), pointer])
      .default(false)
      .describe('Where the list of rows stands in a request. Default: one row a request.'),
    ...common,
  })
  .superRefine(({ batch, prediction, score }, ctx) => {
    if (batch === false) return;
    for (const [key, text] of [['prediction', prediction] as const, ['score', score ?? '/-'] as const])
      if (!text.split('/').includes('-'))
        ctx.addIssue({ code: 'custom', path: [key], message: `with a batch, ${text} needs "-" for the row’s place` });
  });

const phrases = (most: number) => z.array(z.string().min(1).max(200)).min(1).max(most);

const chat = z.strictObject({
  kind: z.literal('chat'),
  path: path.default('/v1/chat/completions').describe('Where completions are asked for.'),
  ready: path.default('/v1/models').describe('Says 2xx once it is ready.'),
  model: z.string().min(1).max(200).describe('What validation’s requests name as the model.'),
  system: z.string().max(20_000).optional().describe('Validation’s system message.'),
  temperature: z.number().min(0).max(2).default(0),
  maxTokens: z.int().min(1).max(100_000).default(256),
  stream: z.boolean().default(true).describe('Ask for tokens as they come: only so is the first one’s time known.'),
  choices: phrases(200)
    .optional()
    .describe('Labels, one of which an answer names. Default: the label is the answer’s text, in lower case.'),
  refusals: phrases(50).optional().describe('Phrases that make an answer a refusal, whatever their case.'),
  secretRef: secretRef.optional().describe('The variable with the API key for validation’s requests.'),
  ...common,
});

export const protocol = z.discriminatedUnion('kind', [openInference, json, chat], {
  error: (issue) => (issue.code === 'invalid_union' ? 'expected open-inference, json or chat' : undefined),
}) satisfies z.ZodType<Protocol>;

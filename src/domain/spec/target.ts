import { z } from 'zod';
import { ATTRIBUTE_FIELD, UNIT_KEY } from '../route.js';

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

export const modelTarget = z.strictObject({
  version: versionName,
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .describe('Base URL of the model server.'),
});

export const protocol = z.strictObject({
  kind: z.literal('open-inference').default('open-inference'),
  model: serviceName.describe('The name on the wire: requests under /v2/models/<model>.'),
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
});

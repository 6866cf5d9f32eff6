import { ed25519 } from '@noble/curves/ed25519.js';
import { z } from 'zod';
import { type KeyHolder, subjectFault } from '../domain/identity.js';
import { decodeBase64url } from './base64url.js';

export const subject = z.string().superRefine((text, ctx) => {
  const fault = subjectFault(text);
  if (fault !== null) ctx.addIssue({ code: 'custom', message: `"${text}" can't be a subject: ${fault}` });
});
export const role = z.string().regex(/^[A-Za-z0-9._-]{1,63}$/, 'a role has 1 to 63 letters, digits, dots, _ or -');

const holder = z.union([
  z.strictObject({ issuer: z.literal(true) }),
  z.strictObject({ subject, roles: z.array(role).max(50).default([]) }),
]) satisfies z.ZodType<KeyHolder>;

const point = z.string().refine((text) => {
  const bytes = decodeBase64url(text);
  // Not of small order: such a key would prove anything.
  return bytes?.length === 32 && ed25519.utils.isValidPublicKey(bytes, false) && !isSmallOrder(bytes);
}, 'is not an Ed25519 public key, 32 bytes in base64url');

function isSmallOrder(bytes: Uint8Array): boolean {
  return ed25519.Point.fromBytes(bytes).isSmallOrder();
}

const members = {
  kty: z.literal('OKP', 'only Ed25519 keys are taken: kty "OKP"'),
  crv: z.literal('Ed25519', 'only Ed25519 keys are taken: crv "Ed25519"'),
  kid: z.string().min(1).max(200),
  x: point,
  sluice: holder,
};

/** A key of the key set. Members that other programs write, such as `use`, are let be; a private one is not. */
export const publicJwk = z.looseObject({
  ...members,
  d: z
    .undefined('a private key in a file of public ones: take it out, and make a new key, as this one is known now')
    .optional(),
});

/** A person's or an issuer's own key. */
export const privateJwk = z.looseObject({
  ...members,
  d: z.string().refine((text) => decodeBase64url(text)?.length === 32, 'is not 32 bytes in base64url'),
});

/** `sluice.subject: ...`, one for each thing that is wrong. No value of a private member is ever in it. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the key'}: ${message}`).join('; ');
}

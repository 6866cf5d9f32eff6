import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importJWK, SignJWT, UnsecuredJWT } from 'jose';
import type { CommandRequest } from '../../src/domain/decision.js';
import type { PublicKey } from '../../src/domain/identity.js';
import { decodeBase64url } from '../../src/identity/base64url.js';
import { contentDigest, statementDigest } from '../../src/identity/content-digest.js';
import type { PrivateKey } from '../../src/identity/private-key.js';
import { createSigner, signCommand, signStart } from '../../src/identity/signer.js';
import { claimedIdentity, type ExpectedStatement, verifyStatement } from '../../src/identity/verify-statement.js';
import { type People, people, publicOnly, requestOf } from './signed.js';

let who: People;
let keys: PublicKey[];
let request: CommandRequest;
let statement: string;
let expected: ExpectedStatement;
const nowMs = Date.now();

beforeAll(async () => {
  who = await people();
  keys = [who.bob, who.alice, who.api].map(publicOnly);
  request = requestOf('alice');
  statement = await signCommand(await createSigner(who.alice), 'digits', 'approve', request);
  expected = { service: 'digits', command: 'approve', jti: request.decisionId, content: request, nowMs };
});

/** Claims as somebody with the key, and no good intentions, could sign them. */
async function forged(
  key: PrivateKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const { decisionId: jti } = request;
  const good = {
    aud: 'sluice',
    sub: 'alice',
    roles: ['ml'],
    service: 'digits',
    command: 'approve',
    jti,
    iat,
    exp: iat + 300,
  };
  const imported = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key.x, d: key.d }, 'EdDSA');
  return new SignJWT({ ...good, content: statementDigest(request), ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, ...header })
    .sign(imported);
}

describe('what is proven', () => {
  test('a person by its own key, with its roles', () => {
    expect(verifyStatement(keys, statement, expected)).toEqual({
      identity: { subject: 'alice', roles: ['release', 'ml'] },
    });
    expect(claimedIdentity(statement)).toEqual({ subject: 'alice', roles: ['release', 'ml'] });
  });

  test('fewer roles than the key has', async () => {
    const signer = await createSigner(who.alice, { subject: 'alice', roles: ['ml'] });
    const narrow = await signCommand(signer, 'digits', 'approve', request);
    expect(verifyStatement(keys, narrow, expected)).toEqual({ identity: { subject: 'alice', roles: ['ml'] } });
  });

  test('whoever an issuer vouches for', async () => {
    const carol = { subject: 'carol@example.org', roles: ['oncall'] };
    const asked = requestOf(carol.subject);
    const vouched = await signCommand(await createSigner(who.api, carol), 'digits', 'abort', asked);
    const about = { ...expected, command: 'abort', jti: asked.decisionId, content: asked } as const;
    expect(verifyStatement(keys, vouched, about)).toEqual({ identity: carol });
  });

  test('a start, for as long as it may wait in a queue', async () => {
    const digests = [contentDigest({ a: 1 }), contentDigest({ a: 2 })];
    const start = { service: 'digits', rolloutId: 'digits-1', digests };
    const signed = await signStart(await createSigner(who.alice), start);
    const about = { ...start, command: 'start', jti: 'digits-1', content: { digests } } as const;
    const days = (count: number) => verifyStatement(keys, signed, { ...about, nowMs: nowMs + count * 86_400_000 });
    expect(days(0)).toHaveProperty('identity');
    expect(days(29)).toHaveProperty('identity');
    expect(days(31)).toHaveProperty('refused', expect.stringContaining('expired'));
    expect(verifyStatement(keys, signed, { ...about, nowMs, rolloutId: 'digits-2' })).toHaveProperty('refused');
    expect(verifyStatement(keys, signed, { ...about, nowMs, content: { digests: digests.slice(1) } })).toHaveProperty(
      'refused',
    );
  });

  test('it stays short: 50 roles fit', async () => {
    const roles = Array.from({ length: 50 }, (_, i) => `team-${i}-release-managers`);
    const signer = await createSigner(who.api, { subject: 'carol', roles });
    expect((await signCommand(signer, 'digits', 'approve', request)).length).toBeLessThan(4096);
    const crowd = await createSigner(who.api, { subject: 'carol', roles: [...roles, ...roles, ...roles] });
    await expect(signCommand(crowd, 'digits', 'approve', request)).rejects.toThrow(/carol with 150 roles has \d+ /);
  });
});

describe('what is refused', () => {
  test.each<[string, Partial<ExpectedStatement>, RegExp]>([
    ['another service', { service: 'faces' }, /for service "digits", not for "faces"/],
    ['another command', { command: 'abort' }, /for command "approve", not for "abort"/],
    ['another decision', { jti: 'other' }, /for jti/],
    ['a start', { command: 'start' }, /for command "approve"/],
    ['later', { nowMs: nowMs + 340_000 }, /expired at/],
    ['earlier', { nowMs: nowMs - 40_000 }, /from the future/],
    ['an older rollout', { sinceMs: nowMs + 5000 }, /older than this rollout/],
  ])('%s', (_, change, why) => {
    expect(verifyStatement(keys, statement, { ...expected, ...change })).toHaveProperty(
      'refused',
      expect.stringMatching(why),
    );
  });

  test.each<[string, Partial<CommandRequest>]>([
    ['reason', { reason: 'looks bad' }],
    ['duration', { forMs: 60_001 }],
    ['weight', { weightPercent: 5 }],
    ['step', { step: 0 }],
    ['target', { to: 'bob' }],
  ])('another %s than was signed', (_, change) => {
    const content = { ...request, ...change };
    expect(verifyStatement(keys, statement, { ...expected, content })).toEqual({
      refused: 'what is asked is not what the statement was signed for',
    });
  });

  test('an actor that is not who signs', async () => {
    const content = { ...request, actor: 'bob' };
    const refused = { refused: 'the actor is "bob", and the statement alice\'s' };
    const signed = await forged(who.alice, { content: statementDigest(content) });
    expect(verifyStatement(keys, signed, { ...expected, content })).toEqual(refused);
  });

  test.each<[string, keyof People, Record<string, unknown>, RegExp]>([
    ['another subject', 'bob', {}, /key bob-.* is bob's, not "alice"'s/],
    ["a role of one's own making", 'alice', { roles: ['ml', 'root'] }, /alice has no role "root"/],
    ['no roles', 'alice', { roles: 'release' }, /no subject and roles/],
    ['roles that are no texts', 'alice', { roles: [1] }, /no subject and roles/],
    ['no subject', 'alice', { sub: undefined }, /no subject and roles/],
    ['the name of the rules', 'api', { sub: 'sluice' }, /can't be a subject/],
    ['the name of a role', 'api', { sub: 'role:release' }, /can't be a subject/],
    ['an empty name', 'api', { sub: '' }, /can't be a subject/],
    ['a longer life', 'alice', { exp: Math.floor(nowMs / 1000) + 301 }, /lives for 301 s, at most 300 s/],
    ['no end', 'alice', { exp: undefined }, /no iat and exp/],
    ['no begin', 'alice', { iat: undefined }, /no iat and exp/],
    ['times beyond all dates', 'alice', { iat: -9e15, exp: -9e15 }, /expired/],
    ['another audience', 'alice', { aud: 'elsewhere' }, /for aud "elsewhere"/],
    ['several audiences', 'alice', { aud: ['sluice', 'elsewhere'] }, /for aud/],
    ['a rollout it should not name', 'alice', { rolloutId: 'digits-1' }, /for rollout "digits-1"/],
  ])('%s, signed well', async (_, name, claims, why) => {
    const verified = verifyStatement(keys, await forged(who[name], claims), expected);
    expect(verified).toHaveProperty('refused', expect.stringMatching(why));
  });

  test('another algorithm, no algorithm, a key brought along, a stranger', async () => {
    const refusalOf = (text: string) => verifyStatement(keys, text, expected);
    const none = new UnsecuredJWT({ sub: 'alice', roles: [] }).encode();
    expect(refusalOf(none)).toEqual({ refused: 'the statement is signed with "none", not with EdDSA' });
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: who.bob.x };
    expect(refusalOf(await forged(who.bob, {}, { kid: who.alice.kid, jwk }))).toHaveProperty(
      'refused',
      expect.stringContaining('has "jwk"'),
    );
    expect(refusalOf(await forged(who.bob, {}, { kid: who.alice.kid }))).toEqual({
      refused: `the statement's signature is not that of key ${who.alice.kid}`,
    });
    expect(refusalOf(await forged(who.bob, {}, { kid: 'eve' }))).toEqual({ refused: 'no key "eve" is known here' });
    // An HMAC over the public key, for a verifier that lets the header choose.
    const secret = new TextEncoder().encode(who.alice.x);
    const hmac = await new SignJWT({ sub: 'alice', roles: [] })
      .setProtectedHeader({ alg: 'HS256', kid: who.alice.kid })
      .sign(secret);
    expect(refusalOf(hmac)).toHaveProperty('refused', expect.stringContaining('not with EdDSA'));
  });

  test('a key of small order, which would prove anything', () => {
    const weak = { ...publicOnly(who.alice), x: Buffer.alloc(32, 0).toString('base64url') };
    expect(verifyStatement([weak], statement, expected)).toHaveProperty('refused');
  });
});

describe('garbage', () => {
  const refuses = (text: unknown) => expect(verifyStatement(keys, text, expected)).toHaveProperty('refused');

  test('whatever comes is refused, and nothing is thrown', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.anything()), refuses));
    const part = fc.oneof(fc.string(), fc.json(), fc.uint8Array()).map((raw) => Buffer.from(raw).toString('base64url'));
    fc.assert(fc.property(fc.tuple(part, part, part), (parts) => refuses(parts.join('.'))));
  });

  test('no letter of a statement can be another', () => {
    fc.assert(
      fc.property(fc.nat(statement.length - 1), fc.constantFrom(...'Aa0_-.=+ é'.split('')), (at, letter) => {
        fc.pre(statement[at] !== letter);
        refuses(statement.slice(0, at) + letter + statement.slice(at + 1));
      }),
      { numRuns: 300 },
    );
  });

  test('no bit of a signature can be another', () => {
    const [header, claims, signature = ''] = statement.split('.');
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const bytes = Buffer.from(signature, 'base64url');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        refuses([header, claims, bytes.toString('base64url')].join('.'));
      }),
    );
  });

  test('more than 4096 characters are not even read', () => {
    const long = `${statement}${'A'.repeat(4096)}`;
    expect(verifyStatement(keys, long, expected)).toEqual({
      refused: `the statement has ${long.length} characters, at most 4096 are taken`,
    });
    refuses(`${statement}.`);
    refuses(` ${statement}`);
    expect(claimedIdentity(long)).toBeNull();
    expect(claimedIdentity('a.b.c')).toBeNull();
  });
});

describe('what is signed', () => {
  test('base64url reads what an encoder writes, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AB9-_=+/ '.split('')) }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes !== null) expect(Buffer.from(bytes).toString('base64url')).toBe(text);
      }),
    );
  });

  test('the digest is SHA-256 of canonical JSON, so the order of members and a trip through JSON change nothing', () => {
    const hex = createHash('sha256').update('{"a":[1,{"b":"ß","c":null}],"z":0.1}').digest('hex');
    expect(contentDigest({ z: 0.1, a: [1, { c: null, b: 'ß' }], absent: undefined })).toBe(hex);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentDigest(JSON.parse(JSON.stringify(value)))).toBe(contentDigest(value));
      }),
    );
  });

  test('an issuer must say for whom, and nobody signs for another', async () => {
    await expect(createSigner(who.api)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(createSigner(who.api, { subject: 'sluice', roles: [] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(createSigner(who.alice, { subject: 'bob', roles: [] })).rejects.toThrow(
      /alice's and can't sign for bob/,
    );
  });
});

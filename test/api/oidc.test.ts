import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createOidcVerifier, type OidcSettings, type TokenVerifier } from '../../src/api/auth/oidc.js';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** A real issuer on a port of its own: discovery, and a key set that can be changed. */
let issuer: Server;
let url: string;
let keys: { kid: string; pair: Pair }[] = [];
let asked = 0;
let isDown = false;

const newPair = async (kid: string) => ({ kid, pair: await generateKeyPair('RS256', { extractable: true }) });

beforeAll(async () => {
  keys = [await newPair('first')];
  issuer = createServer((request, response) => {
    if (isDown) return void response.writeHead(500).end('down');
    const answer = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration')
      return void answer({ issuer: url, jwks_uri: `${url}/keys` });
    asked += 1;
    void Promise.all(
      keys.map(async ({ kid, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' })),
    ).then((jwks) => answer({ keys: jwks }));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
});
afterAll(() => void issuer.close());

const settings = (parts: Partial<OidcSettings> = {}): OidcSettings => ({
  issuer: url,
  audience: 'sluice',
  rolesClaim: 'roles',
  roles: {},
  ...parts,
});
const sign = (
  claims: JWTPayload = {},
  {
    at = 0,
    lifetime = '5m',
    key = keys[0],
  }: { at?: number; lifetime?: string; key?: { kid: string; pair: Pair } | undefined } = {},
) =>
  new SignJWT({ sub: 'alice@example.test', roles: ['approver', 'release'], iss: url, aud: 'sluice', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: key?.kid ?? '' })
    .setIssuedAt(Math.floor(Date.now() / 1000) + at)
    .setExpirationTime(lifetime)
    .sign((key as { pair: Pair }).pair.privateKey);
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refusal = (verifier: TokenVerifier, token: string) =>
  verifier.verify(token).then(
    () => 'taken',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

describe('tokens of an issuer', () => {
  test('name a person and roles', async () => {
    expect(await createOidcVerifier(settings()).verify(await sign({ name: 'Alice' }))).toEqual({
      subject: 'alice@example.test',
      name: 'Alice',
      roles: ['approver', 'release'],
      role: 'approver',
      isProven: true,
    });
  });

  test('roles from elsewhere, under other names; what no name maps to is none', async () => {
    const verifier = createOidcVerifier(
      settings({ rolesClaim: 'realm_access.roles', roles: { sre: 'admin', ml: 'operator+release' } }),
    );
    const token = await sign({ realm_access: { roles: ['ml', 'admin', 'x'] } });
    expect(await verifier.verify(token)).toMatchObject({ roles: ['operator', 'release'], role: 'operator' });
    expect(await verifier.verify(await sign({}))).toMatchObject({ roles: [], role: null });
  });

  test('forged ones are refused', async () => {
    const verifier = createOidcVerifier(settings());
    const payload = {
      sub: 'mallory',
      roles: ['admin'],
      iss: url,
      aud: 'sluice',
      exp: Math.floor(Date.now() / 1000) + 300,
    };
    const none = `${base64({ alg: 'none' })}.${base64(payload)}.`;
    // The public key as if it were a shared secret.
    const input = `${base64({ alg: 'HS256', kid: 'first' })}.${base64(payload)}`;
    const secret = await exportSPKI((keys[0] as { pair: Pair }).pair.publicKey);
    const confused = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    const stranger = await sign({ roles: ['admin'] }, { key: { ...(await newPair('first')), kid: 'first' } });
    const [head, , signature] = (await sign()).split('.');
    const swapped = `${head}.${base64(payload)}.${signature}`;
    for (const token of [none, confused, stranger, swapped])
      expect(await refusal(verifier, token)).toMatch(/^UNAUTHORIZED: /);
  });

  test.each<[string, JWTPayload, object, RegExp]>([
    ['over', {}, { at: -600, lifetime: '-1m' }, /expired at \d{4}-/],
    ['not yet valid', { nbf: Math.floor(Date.now() / 1000) + 600 }, {}, /claim nbf/],
    ['for another', { aud: 'someone-else' }, {}, /claim aud/],
    ['of another issuer', { iss: 'https://evil.test' }, {}, /claim iss/],
    ['of nobody', { sub: undefined as never }, {}, /claim sub/],
    ['of a reserved name', { sub: 'role:admin' }, {}, /subject can't be one here/],
  ])('one %s is refused', async (_, claims, options, message) => {
    expect(await refusal(createOidcVerifier(settings()), await sign(claims, options))).toMatch(message);
  });

  test('clocks may differ a little', async () => {
    expect(await refusal(createOidcVerifier(settings()), await sign({}, { lifetime: '-10s', at: -60 }))).toBe('taken');
  });

  test('keys are asked for once, and again for a new one, but not for each unknown one', async () => {
    const verifier = createOidcVerifier(settings());
    const before = asked;
    for (let i = 0; i < 3; i += 1) await verifier.verify(await sign());
    expect(asked - before).toBe(1);
    const unknown = await sign({}, { key: await newPair('nobody-knows') });
    for (let i = 0; i < 5; i += 1) expect(await refusal(verifier, unknown)).toMatch(/no key|not one that/);
    expect(asked - before).toBeLessThanOrEqual(2);
    keys = [await newPair('second')];
    expect(await refusal(createOidcVerifier(settings()), await sign())).toBe('taken');
  });

  test('an issuer that is down is no reason to call a token wrong', async () => {
    isDown = true;
    expect(await refusal(createOidcVerifier(settings()), await sign())).toMatch(/^AUTH_UNAVAILABLE: .*does not help/);
    isDown = false;
  });

  test('an issuer that goes down later: known keys go on, and a new one is no wrong one', async () => {
    const verifier = createOidcVerifier(settings());
    const token = await sign({}, { lifetime: '1h' });
    const ofNew = await sign({}, { lifetime: '1h', key: await newPair('just-made') });
    expect(await refusal(verifier, token)).toBe('taken');
    isDown = true;
    // Keys are asked for again after ten minutes.
    const now = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 11 * 60_000);
    try {
      for (let i = 0; i < 2; i += 1) {
        expect(await refusal(verifier, token)).toBe('taken');
        expect(await refusal(verifier, ofNew)).toMatch(/^AUTH_UNAVAILABLE: /);
      }
    } finally {
      clock.mockRestore();
      isDown = false;
    }
  });

  test('plain http is for this machine only', () => {
    expect(() => createOidcVerifier(settings({ issuer: 'http://idp.example.test' }))).toThrow(/is not https/);
  });
});

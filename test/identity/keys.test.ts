import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createKey } from '../../src/cli/commands/keys.js';
import { keySetOf, loadKeySet, parseKeySet } from '../../src/identity/key-set.js';
import { appendToKeySet } from '../../src/identity/key-set-file.js';
import { environmentSigner, generateKey, loadPrivateKey, publicJwkOf } from '../../src/identity/private-key.js';
import { signCommand } from '../../src/identity/signer.js';
import { verifyStatement } from '../../src/identity/verify-statement.js';
import { type People, people, publicOnly, requestOf } from './signed.js';

let who: People;
let folder: string;

beforeAll(async () => {
  who = await people();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-identity-'));
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockReturnValue(true);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const setOf = (...keys: unknown[]) => JSON.stringify({ keys });

describe('a key set', () => {
  test('people and issuers; members of other programs are let be', () => {
    const jwks = setOf({ ...publicJwkOf(who.alice), use: 'sig' }, publicJwkOf(who.api));
    expect(parseKeySet(jwks, 'keys.json')).toEqual([who.alice, who.api].map(publicOnly));
  });

  test.each<[string, (jwk: Record<string, unknown>) => unknown, RegExp]>([
    ['a private key', (jwk) => ({ ...jwk, d: who.alice.d }), /key 1 \(kid "alice-.*"\): d: a private key in a file/],
    ['another curve', (jwk) => ({ ...jwk, crv: 'X25519' }), /crv: only Ed25519/],
    ['another kind', (jwk) => ({ kty: 'oct', k: 'c2VjcmV0', kid: jwk['kid'] }), /kty: only Ed25519/],
    ['no id', (jwk) => ({ ...jwk, kid: undefined }), /key 1: kid: /],
    ['no holder', (jwk) => ({ ...jwk, sluice: undefined }), /sluice: /],
    ['a holder and an issuer', (jwk) => ({ ...jwk, sluice: { issuer: true, subject: 'alice' } }), /sluice/],
    ['a reserved name', (jwk) => ({ ...jwk, sluice: { subject: 'role:x' } }), /sluice/],
    ['half a key', (jwk) => ({ ...jwk, x: 'AAAA' }), /x: is not an Ed25519 public key/],
    ['no point', (jwk) => ({ ...jwk, x: Buffer.alloc(32, 2).toString('base64url') }), /x: is not/],
    ['small order', (jwk) => ({ ...jwk, x: Buffer.alloc(32, 0).toString('base64url') }), /x: is not/],
    ['a kid twice', (jwk) => ({ ...jwk, kid: who.bob.kid }), /key 1: kid "bob-.*" is that of key 0/],
    ['no object', () => 'alice', /key 1: /],
  ])('refuses %s', (_, change, why) => {
    const jwks = setOf(publicJwkOf(who.bob), change(publicJwkOf(who.alice)));
    expect(() => parseKeySet(jwks, 'keys.json')).toThrow(why);
    expect(() => parseKeySet(jwks, 'keys.json')).toThrow(/^keys\.json: /);
    expect(() => parseKeySet(jwks, 'keys.json')).not.toThrow(who.alice.d);
  });

  test.each(['', 'null', '[]', '{"keys": {}}', '{"keys": []}'])('refuses %j', (text) => {
    expect(() => parseKeySet(text, 'keys.json')).toThrow(/^keys\.json: /);
  });

  test('from a file, and from nowhere', async () => {
    const path = join(folder, 'keys.json');
    await expect(loadKeySet(path)).rejects.toMatchObject({ code: 'USAGE' });
    await writeFile(path, setOf(publicJwkOf(who.bob)));
    expect(await loadKeySet(path)).toEqual([publicOnly(who.bob)]);
    expect(await keySetOf(null)).toBeNull();
  });
});

describe('a key set behind a URL', () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/keys') response.end(setOf(publicJwkOf(who.bob)));
      else if (request.url === '/elsewhere') response.writeHead(302, { location: '/keys' }).end();
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => void server.close());

  test('is fetched once; redirects and faults are told', async () => {
    expect(await loadKeySet(`${origin}/keys`)).toEqual([publicOnly(who.bob)]);
    await expect(loadKeySet(`${origin}/elsewhere`)).rejects.toThrow(/302/);
    await expect(loadKeySet(`${origin}/none`)).rejects.toThrow(/key set http:.*\/none: .*404/);
  });

  test('plain http is for this machine only', async () => {
    await expect(loadKeySet('http://keys.example.org/keys')).rejects.toThrow(/neither a file nor an https URL/);
  });
});

describe('sluice keys create', () => {
  test('writes a key for its owner only, adds its public part, and never writes over one', async () => {
    const [out, keyset] = [join(folder, 'alice.json'), join(folder, 'keys.json')];
    await createKey('alice', { role: ['release', 'release'], out, keyset });
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await createKey('api', { role: [], issuer: true, out: join(folder, 'api.json'), keyset });
    const keys = await loadKeySet(keyset);
    expect(keys.map(({ holder }) => holder)).toEqual([{ subject: 'alice', roles: ['release'] }, { issuer: true }]);
    const before = await readFile(out, 'utf8');
    await expect(createKey('alice', { role: [], out })).rejects.toThrow(/never written over/);
    expect(await readFile(out, 'utf8')).toBe(before);

    const signer = await environmentSigner({ SLUICE_IDENTITY: out });
    const request = requestOf('alice');
    const statement = await signCommand(signer!, 'digits', 'pause', request);
    const about = { service: 'digits', command: 'pause', jti: request.decisionId, content: request } as const;
    const verified = verifyStatement(keys, statement, { ...about, nowMs: Date.now() });
    expect(verified).toEqual({ identity: { subject: 'alice', roles: ['release'] } });
  });

  test.each<[string, Parameters<typeof createKey>]>([
    ['a reserved subject', ['sluice', { role: [] }]],
    ['a role with a space', ['alice', { role: ['a b'] }]],
    ['an issuer with roles', ['api', { role: ['release'], issuer: true }]],
  ])('refuses %s and leaves nothing behind', async (_, [subject, options]) => {
    const create = createKey(subject, { ...options, out: join(folder, 'key.json'), keyset: join(folder, 'keys.json') });
    await expect(create).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a broken key set stays as it is, and no key is left that nobody knows', async () => {
    await writeFile(join(folder, 'keys.json'), 'not json');
    const create = createKey('alice', { role: [], out: join(folder, 'a.json'), keyset: join(folder, 'keys.json') });
    await expect(create).rejects.toThrow(/is no key set/);
    expect(await readdir(folder)).toEqual(['keys.json']);
    expect(await readFile(join(folder, 'keys.json'), 'utf8')).toBe('not json');
  });

  test('of several who add a key at once, none is lost silently', async () => {
    const path = join(folder, 'keys.json');
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, i) => generateKey(`p${i}`, { subject: `p${i}`, roles: [] })),
    );
    const ends = await Promise.allSettled(added.map((key) => appendToKeySet(path, key)));
    const done = added.filter((_, i) => ends[i]?.status === 'fulfilled').map(({ kid }) => kid);
    expect(done.length).toBeGreaterThan(0);
    expect((await loadKeySet(path)).map(({ kid }) => kid).sort()).toEqual(done.sort());
  });
});

describe('a private key file', () => {
  const write = async (jwk: unknown, mode = 0o600) => {
    const path = join(folder, 'key.json');
    await writeFile(path, typeof jwk === 'string' ? jwk : JSON.stringify(jwk));
    await chmod(path, mode);
    return path;
  };
  const jwkOf = () => ({ ...publicJwkOf(who.alice), d: who.alice.d });

  test.each([0o640, 0o604, 0o660, 0o644])('mode %o is refused, with what to run', async (mode) => {
    const path = await write(jwkOf(), mode);
    await expect(loadPrivateKey(path)).rejects.toThrow(`chmod 600 ${path}`);
  });

  test('what is wrong is named, and the secret is not', async () => {
    expect(await loadPrivateKey(await write(jwkOf()))).toEqual(who.alice);
    for (const [jwk, why] of [
      [{ ...jwkOf(), x: who.bob.x }, /x is not the public part of d/],
      [{ ...jwkOf(), d: `${who.alice.d}x` }, /d: is not 32 bytes/],
      [publicJwkOf(who.alice), /d: /],
      [`${JSON.stringify(jwkOf())},`, /the key: /],
    ] as const) {
      const refused = loadPrivateKey(await write(jwk));
      await expect(refused).rejects.toThrow(why);
      await expect(refused).rejects.not.toThrow(who.alice.d);
    }
    await expect(loadPrivateKey(join(folder, 'none'))).rejects.toMatchObject({ code: 'USAGE' });
    expect(await environmentSigner({})).toBeNull();
  });
});

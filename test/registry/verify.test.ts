import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelVersion } from '../../src/domain/model-version.js';
import { digestArtifact } from '../../src/registry/artifact-digest.js';
import { verifyArtifact, verifyServed } from '../../src/registry/verify.js';
import { digestOf, versionOf } from './model-fixtures.js';

let folder: string;
const servers: Server[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-artifact-'));
});
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
const registered = (uri: string, digest: string): ModelVersion => ({
  ...versionOf('digits', 'v2'),
  artifact: { uri, digest, bytes: 3 },
  id: 'mv-0123456789abcdef',
  createdAt: '2026-11-01T00:00:00.000Z',
});
const invalid = (code: string, ...parts: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(parts.map((part) => part.replaceAll(/[.\\/]/g, '\\$&')).join('[^]*'))),
});

describe('digests', () => {
  test('of a file, by its path and by its URL', async () => {
    const path = join(folder, 'a.bin');
    const bytes = randomBytes(3_000_000);
    await writeFile(path, bytes);
    const expected = { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes: bytes.length };
    expect(await digestArtifact(path)).toEqual(expected);
    expect(await digestArtifact(pathToFileURL(path).href)).toEqual(expected);
    await writeFile(join(folder, 'empty'), '');
    expect(await digestArtifact(join(folder, 'empty'))).toEqual({ digest: digestOf(''), bytes: 0 });
  });

  test('of a folder: what sha256sum says of its files, in the order of their bytes', async () => {
    const root = join(folder, 'model');
    await mkdir(join(root, 'sub', '.hidden'), { recursive: true });
    const files = ['b', 'B', 'a-b', 'a.b', 'sub/a', 'sub.x', 'é', '𝛂', '\u{ff5e}', 'sub/.hidden/x', 'with space'];
    for (const name of files) await writeFile(join(root, name), `content of ${name}`);
    const command = 'find . -type f -printf "%P\\0" | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum';
    const said = execFileSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    const { digest } = await digestArtifact(root);
    expect(digest).toBe(`sha256:${said.slice(0, 64)}`);
    await writeFile(join(root, 'sub', 'a'), 'content of sub/b');
    expect((await digestArtifact(root)).digest).not.toBe(digest);
  });

  test('refuses what leads elsewhere, what is no file, and nothing', async () => {
    const linked = join(folder, 'linked');
    await mkdir(linked);
    await symlink('/etc/hostname', join(linked, 'x'));
    await expect(digestArtifact(linked)).rejects.toMatchObject(invalid('DATASET_INVALID', '"x" is a link'));
    await expect(digestArtifact(join(linked, 'x'))).rejects.toMatchObject(invalid('DATASET_INVALID', 'neither'));
    const odd = join(folder, 'odd');
    await mkdir(odd);
    await expect(digestArtifact(odd)).rejects.toMatchObject(invalid('DATASET_INVALID', 'without files'));
    await writeFile(join(odd, 'a\nb'), '');
    await expect(digestArtifact(odd)).rejects.toMatchObject(invalid('DATASET_INVALID', 'line break'));
    await expect(digestArtifact(join(folder, 'none'))).rejects.toMatchObject(invalid('DATASET_INVALID', 'ENOENT'));
    await expect(digestArtifact('s3://bucket/x')).rejects.toMatchObject(invalid('DATASET_INVALID', 'from here'));
  });

  test('a file of 512 MB in little memory', async () => {
    const path = join(folder, 'large');
    await writeFile(path, '');
    await truncate(path, 2 ** 29);
    const before = process.memoryUsage().rss;
    expect((await digestArtifact(path)).bytes).toBe(2 ** 29);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  }, 60_000);

  test('of a download, as it was stored', async () => {
    const url = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-length': 3 }).end('abc');
    });
    expect(await digestArtifact(`${url}/a.bin`)).toEqual({ digest: digestOf('abc'), bytes: 3 });
  });

  test('a download that breaks, is refused or hangs is no digest', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc', () => response.destroy());
    });
    await expect(digestArtifact(`${broken}/a`)).rejects.toMatchObject({ code: 'MODEL_UNREACHABLE' });
    const refused = await serve((_, response) => response.writeHead(404).end());
    await expect(digestArtifact(`${refused}/a`)).rejects.toMatchObject(invalid('MODEL_UNREACHABLE', '404'));
    const hanging = await serve((_, response) => {
      response.writeHead(200).write('abc');
    });
    await expect(digestArtifact(`${hanging}/a`, { timeoutMs: 200 })).rejects.toMatchObject(
      invalid('MODEL_UNREACHABLE', 'not read within 200 ms'),
    );
  });
});

describe('verify', () => {
  test('the same bytes, other bytes, and nobody can say', async () => {
    const path = join(folder, 'v.bin');
    await writeFile(path, 'abc');
    expect(await verifyArtifact(registered(path, digestOf('abc')))).toMatchObject({ status: 'verified' });
    expect(await verifyArtifact(registered('s3://b/x', digestOf('abc')), path)).toMatchObject({ status: 'verified' });
    expect(await verifyArtifact(registered('s3://b/x', digestOf('abc')))).toEqual({
      status: 'unknown',
      digest: digestOf('abc'),
      note: 's3://b/x can not be read from here',
    });
    await writeFile(path, 'abd');
    await expect(verifyArtifact(registered(path, digestOf('abc')))).rejects.toMatchObject(
      invalid('MODEL_ANSWER_INVALID', 'digits:v2', digestOf('abd'), digestOf('abc')),
    );
  });
});

describe('verify what is served', () => {
  const ask = async (body: unknown, status = 200) => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const result = await verifyServed({ url: `${url}/`, model: 'digits-a' }, registered('x', digestOf('abc')), {
      timeoutMs: 5000,
    });
    expect(paths).toEqual(['/v2/models/digits-a']);
    return result;
  };
  const metadata = { name: 'digits-a', platform: 'x', versions: ['v1', 'v2'], inputs: [], outputs: [] };

  test.each<[string, object]>([
    ['parameters', { parameters: { sluice_digest: digestOf('abc'), content_type: 'np' } }],
    ['parameters.extra', { parameters: { extra: { sluice_digest: digestOf('abc') } } }],
    ['extra', { parameters: null, extra: { sluice_digest: digestOf('abc') } }],
  ])('by %s', async (_, parts) => {
    expect(await ask({ ...metadata, ...parts })).toMatchObject({ status: 'verified', digest: digestOf('abc') });
  });

  test.each<[string, object, string]>([
    ['no parameters', {}, '; it serves versions v1, v2'],
    ['other parameters', { parameters: { extra: {} }, versions: null }, ''],
  ])('unknown with %s', async (_, parts, more) => {
    const { status, note } = await ask({ ...metadata, ...parts });
    expect(status).toBe('unknown');
    expect(note).toMatch(new RegExp(`^model digits-a at http://127.* does not tell its digest${more}$`));
  });

  test('another digest names both', async () => {
    const parameters = { sluice_digest: digestOf('other') };
    await expect(ask({ ...metadata, parameters })).rejects.toMatchObject(
      invalid('MODEL_ANSWER_INVALID', digestOf('other'), 'digits:v2', digestOf('abc')),
    );
  });

  test.each<[string, unknown, number, string]>([
    ['a digest that is none', { parameters: { sluice_digest: 'v2' } }, 200, 'MODEL_ANSWER_INVALID'],
    ['metadata that is none', '<html>', 200, 'MODEL_ANSWER_INVALID'],
    ['an unknown model', { error: 'none' }, 404, 'MODEL_ANSWER_INVALID'],
    ['a failing server', {}, 500, 'MODEL_UNREACHABLE'],
  ])('%s', async (_, body, status, code) => {
    await expect(ask(body, status)).rejects.toMatchObject({ code });
  });

  test('nobody there, nobody answers, and a name that is a path', async () => {
    const version = registered('x', digestOf('abc'));
    await expect(verifyServed({ url: 'http://127.0.0.1:1', model: 'digits' }, version)).rejects.toMatchObject({
      code: 'MODEL_UNREACHABLE',
    });
    const url = await serve(() => undefined);
    await expect(verifyServed({ url, model: 'digits' }, version, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'MODEL_UNREACHABLE',
    });
    await expect(verifyServed({ url, model: '../../admin' }, version)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

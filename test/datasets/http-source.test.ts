import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { datasetDeps, openDataset } from '../../src/datasets/open-dataset.js';
import { HttpSource } from '../../src/datasets/sources/http-source.js';
import { dataset as datasetSchema } from '../../src/domain/spec/dataset.js';
import { createAddressPolicy, type Resolve } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { guardedDispatcher } from '../../src/net/guarded-agents.js';
import { type DataServer, type Served, startDataServer } from './data-server.js';
import { allRows } from './reading.js';

const TEXT = `a,label\n${Array.from({ length: 60_000 }, (_, i) => `${i},${i % 3}\n`).join('')}`;
const BODY = Buffer.from(TEXT);
const DIGEST = `sha256:${createHash('sha256').update(BODY).digest('hex')}`;

let server: DataServer;
beforeEach(async () => {
  server = await startDataServer();
});
afterEach(() => server.close());

const serve = (served: Partial<Served> = {}, path = '/x.csv') => {
  server.files.set(path, { body: BODY, ...served });
  return `${server.url}${path}`;
};
const deps = (allowed = '127.0.0.1', resolve?: Resolve) =>
  datasetDeps({ dataDir: '/nowhere', allowed: parseAllowedPrivate(allowed), env: {}, ...(resolve && { resolve }) });
/** As little waiting as a test needs. */
const source = (url: string, options: { largest?: number; bodyMs?: number } = {}) => {
  const policy = createAddressPolicy(parseAllowedPrivate('127.0.0.1'));
  const dispatcher = guardedDispatcher(policy, { connectMs: 1000, headersMs: 1000, bodyMs: options.bodyMs ?? 1000 });
  const limit = options.largest === undefined ? {} : { largest: options.largest };
  return new HttpSource({ name: url, url, followRedirects: true }, { dispatcher, pauseMs: 5, ...limit });
};
const bytesOf = async (one: HttpSource) => {
  const parts: Uint8Array[] = [];
  for await (const part of one.bytes()) parts.push(part);
  return Buffer.concat(parts);
};
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (answer: ServerResponse) =>
    void answer.writeHead(code, headers).end();

describe('data sets by URL', () => {
  test('CSV, with the digest checked', async () => {
    const dataset = await openDataset({ source: serve(), expectDigest: DIGEST }, deps());
    expect(await allRows(dataset)).toHaveLength(60_000);
    expect(await dataset.digest()).toBe(DIGEST);
  });

  test('gzip as stored, also where the server calls it an encoding', async () => {
    const packed = gzipSync(BODY);
    const instead = [1, 2].map(() => (answer: ServerResponse) => {
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    serve({ body: packed }, '/x.csv.gz');
    for (const path of ['/x.csv.gz', '/y.csv']) {
      if (path === '/y.csv') serve({ instead }, path);
      const dataset = await openDataset(`${server.url}${path}`, deps());
      expect(await allRows(dataset)).toHaveLength(60_000);
      expect(await dataset.digest()).toBe(`sha256:${createHash('sha256').update(packed).digest('hex')}`);
    }
  });

  test('Parquet, of which only the needed ranges are asked for', async () => {
    const body = await readFile(join(import.meta.dirname, 'fixtures/mixed.parquet'));
    const url = serve({ body }, '/m.parquet');
    const dataset = await openDataset({ source: url, schema: { features: ['b'], ignore: ['a', 'f'] } }, deps());
    expect(await allRows(dataset, { from: 8 })).toHaveLength(2);
    expect(server.asked.every(({ range }) => range !== undefined)).toBe(true);
    // Footer, and eight columns of the last row group.
    expect(server.asked).toHaveLength(3 + 8);
    const without = serve({ body, ranges: false }, '/n.parquet');
    await expect(openDataset(without, deps())).rejects.toThrow(/sends no ranges, which Parquet needs/);
  });

  test('a query is sent, and not shown', async () => {
    const url = serve({}, '/x.csv?key=geheim');
    expect((await openDataset(url, deps())).name).toBe(`${server.url}/x.csv?…`);
    await expect(openDataset(`${server.url}/gone.csv?key=geheim`, deps())).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${server.url}/gone.csv?…: it answers 404`,
    });
  });
});

describe('a broken connection', () => {
  test('is gone on with where it broke', async () => {
    const url = serve({ breakAfter: [100_000, 200_000, 1] });
    expect((await bytesOf(source(url))).equals(BODY)).toBe(true);
    const etag = `"${createHash('sha1').update(BODY).digest('hex')}"`;
    expect(server.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      ['bytes=100000-', etag],
      ['bytes=300000-', etag],
      ['bytes=300001-', etag],
    ]);
  });

  test('by the date where there is no strong ETag; by beginning again where there are no ranges', async () => {
    const dated = serve({ breakAfter: [100_000], etag: null, lastModified: 'Tue, 01 Jul 2025 10:00:00 GMT' });
    expect((await bytesOf(source(dated))).equals(BODY)).toBe(true);
    expect(server.asked[1]?.ifRange).toBe('Tue, 01 Jul 2025 10:00:00 GMT');
    const whole = serve({ breakAfter: [100_000], ranges: false }, '/y.csv');
    expect((await bytesOf(source(whole))).equals(BODY)).toBe(true);
  });

  test('is the end where nothing tells whether the bytes are still the same', async () => {
    const url = serve({ breakAfter: [100_000], etag: null });
    await expect(bytesOf(source(url))).rejects.toThrow(/broken off after 100000 bytes, and it has no ETag/);
    const weak = serve({ breakAfter: [100_000], etag: 'W/"1"' }, '/y.csv');
    await expect(bytesOf(source(weak))).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE' });
  });

  test('and other bytes afterwards are not taken for the rest', async () => {
    const url = serve({ breakAfter: [100_000] });
    const reading = source(url).bytes();
    await reading.next();
    serve({ body: Buffer.from(TEXT.replaceAll('1', '2')) });
    await expect(
      (async () => {
        for await (const _ of reading);
      })(),
    ).rejects.toThrow(/it changed while it was read/);
  });

  test('again and again, and failures of the server, end it as something that may pass', async () => {
    const always = serve({ breakAfter: Array.from({ length: 9 }, () => 0) });
    await expect(bytesOf(source(always))).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE' });
    expect(server.asked).toHaveLength(5);
    const failing = serve({ instead: Array.from({ length: 9 }, () => status(503)) }, '/y.csv');
    await expect(bytesOf(source(failing))).rejects.toThrow(`${failing}: it answers 503, 5 times in a row`);
    const mended = serve({ instead: [status(503), status(429), status(408)] }, '/z.csv');
    expect(await bytesOf(source(mended))).toHaveLength(BODY.length);
  });

  test('ranges are mended too', async () => {
    const url = serve({ breakAfter: [10, 20] });
    expect(Buffer.from(await source(url).range(1000, 1100)).equals(BODY.subarray(1000, 1100))).toBe(true);
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=1000-1099', 'bytes=1010-1099', 'bytes=1030-1099']);
  });

  test('a server that falls silent', async () => {
    const hang = (answer: ServerResponse) => {
      answer.writeHead(200, { 'content-length': BODY.length, etag: '"1"' }).write(BODY.subarray(0, 1000));
    };
    const url = serve({ instead: [hang], etag: '"1"' });
    expect((await bytesOf(source(url, { bodyMs: 500 }))).equals(BODY)).toBe(true);
    expect(server.asked[1]?.range).toBe('bytes=1000-');
  }, 20_000);

  test('a refused connection may pass', async () => {
    await server.close();
    await expect(bytesOf(source(`${server.url}/x.csv`))).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE' });
    server = await startDataServer();
  });
});

describe('limits', () => {
  test('too long by its own word, and by what comes', async () => {
    const url = serve();
    await expect(bytesOf(source(url, { largest: 1000 }))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${url}: it has ${BODY.length} bytes or more, at most 1000 are read`,
    });
    const chunked = serve({ instead: [(answer) => void answer.writeHead(200).end(BODY)] }, '/y.csv');
    await expect(bytesOf(source(chunked, { largest: 1000 }))).rejects.toThrow(/at most 1000 are read/);
  });

  test.each([400, 401, 403, 404, 410, 416])('status %i is not asked for again', async (code) => {
    const url = serve({ instead: [status(code)] });
    await expect(openDataset(url, deps())).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `${url}: it answers ${code}`,
    });
    expect(server.asked).toHaveLength(1);
  });

  test('an encoding that is none of ours', async () => {
    const url = serve({ instead: [status(200, { 'content-encoding': 'br' })] });
    await expect(openDataset(url, deps())).rejects.toThrow(/content encoding is br, expected none or gzip/);
  });
});

describe('redirects and addresses', () => {
  test('a redirect is followed, each one checked', async () => {
    serve();
    const url = serve({ instead: [status(302, { location: '/x.csv' })] }, '/moved.csv');
    expect((await bytesOf(source(url))).length).toBe(BODY.length);
    const metadata = serve({ instead: [status(307, { location: 'http://169.254.169.254/x.csv' })] }, '/evil.csv');
    await expect(openDataset(metadata, deps())).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      message: `${metadata}: 169.254.169.254 is a metadata address, which SLUICE_ALLOW_PRIVATE does not allow`,
    });
    const file = serve({ instead: [status(302, { location: 'file:///etc/passwd' })] }, '/file.csv');
    await expect(openDataset(file, deps())).rejects.toThrow(/its scheme is file/);
    const circle = serve({ instead: Array.from({ length: 9 }, () => status(302, { location: '/c.csv' })) }, '/c.csv');
    await expect(openDataset(circle, deps())).rejects.toThrow(/more than 5 redirects/);
  });

  test('private addresses in every guise are refused, unless they are allowed', async () => {
    serve();
    const { port } = new URL(server.url);
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0177.0.0.1',
      '0x7f.1',
      '0.0.0.0',
      '[::1]',
      '[::ffff:7f00:1]',
      'localhost',
    ])
      await expect(openDataset(`http://${host}:${port}/x.csv`, deps(''))).rejects.toMatchObject({
        code: 'ADDRESS_REFUSED',
        message: expect.stringContaining('SLUICE_ALLOW_PRIVATE'),
      });
    expect(server.asked).toEqual([]);
    expect((await openDataset(`http://2130706433:${port}/x.csv`, deps())).columns.features).toEqual(['a']);
  });

  test('a name that changes its address between two requests of one data set', async () => {
    serve();
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    };
    const { port } = new URL(server.url);
    const dataset = await openDataset(`http://rebinding.example:${port}/x.csv`, deps('127.0.0.1', resolve));
    await expect(allRows(dataset)).rejects.toThrow(/rebinding\.example resolves to 10\.0\.0\.1, a private address/);
  });

  test('a name that can not be resolved may pass', async () => {
    const resolve: Resolve = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo EAI_AGAIN x'), { code: 'EAI_AGAIN' }));
    await expect(openDataset('http://models.example/x.csv', deps('', resolve))).rejects.toMatchObject({
      code: 'DATASET_UNREACHABLE',
    });
  }, 20_000);
});

test.each([
  ['x.csv', true],
  ['https://data.example/x.csv?version=3', true],
  ['s3://bucket/a/b.parquet', true],
  ['', false],
  ['ftp://data.example/x.csv', false],
  ['file:///etc/passwd', false],
  ['https://user:secret@data.example/x.csv', false],
  ['https://b.s3.amazonaws.com/x.csv?X-Amz-Signature=00', false],
  ['https://x.blob.example/x.csv?sv=1&sig=00', false],
  ['s3://bucket', false],
  ['s3://Bucket/x.csv', false],
])('%s in a spec: %s', (source, valid) => {
  expect(datasetSchema.safeParse(source).success).toBe(valid);
  expect(datasetSchema.safeParse({ source }).success).toBe(valid);
});

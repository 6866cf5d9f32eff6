import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { fetch } from 'undici';
import { createCodecServer } from '../../src/temporal/codec/codec-server.js';
import { createEncryptingCodec } from '../../src/temporal/codec/encrypting-codec.js';
import { KeyRing } from '../../src/temporal/codec/key-ring.js';
import { newKey, writeKeys } from './keys-file.js';

const UI = 'http://127.0.0.1:8233';
const TOKEN = 'a token of this test';
let folder: string;
let open: FastifyInstance;
let guarded: FastifyInstance;
let [url, guardedUrl] = ['', ''];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-codec-server-'));
  await writeKeys(join(folder, 'keys.json'), 'k1', { k1: newKey() });
  const codec = createEncryptingCodec(new KeyRing(join(folder, 'keys.json')));
  open = createCodecServer({ codec, uiOrigins: [UI], token: null });
  guarded = createCodecServer({ codec, uiOrigins: [UI], token: TOKEN });
  url = await open.listen({ host: '127.0.0.1', port: 0 });
  guardedUrl = await guarded.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await open.close();
  await guarded.close();
  await rm(folder, { recursive: true, force: true });
});

/** As the Web UI sends it. */
const plain = {
  payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: btoa('{"a":1}') }],
};
const post = async (address: string, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(address, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

describe('the codec server', () => {
  test('encodes and decodes, in the order it was asked', async () => {
    const three = { payloads: ['1', '2', '3'].map((data) => ({ ...plain.payloads[0], data: btoa(data) })) };
    const encoded = await post(`${url}/encode`, three);
    expect(encoded.status).toBe(200);
    expect(JSON.stringify(encoded.body)).toContain(btoa('binary/encrypted'));
    expect((await post(`${url}/decode`, encoded.body)).body).toEqual(three);
  });

  test('gives back what is not encrypted, and nothing for nothing', async () => {
    expect((await post(`${url}/decode`, plain)).body).toEqual(plain);
    expect((await post(`${url}/decode`, {})).body).toEqual({ payloads: [] });
  });

  test.each([
    ['no JSON', '{', 400],
    ['a number', '7', 400],
    ['null', 'null', 400],
    ['payloads that are none', '{"payloads":7}', 400],
    [
      'a key that it has not',
      { payloads: [{ metadata: { encoding: btoa('binary/encrypted'), 'encryption-key-id': btoa('x') } }] },
      422,
    ],
  ])('%s is refused with the reason', async (_, body, status) => {
    const answer = await post(`${url}/decode`, body);
    expect([answer.status, typeof answer.body['error']]).toEqual([status, 'string']);
  });

  test('a browser may read it from the Web UI alone', async () => {
    const asked = await fetch(`${url}/decode`, {
      method: 'OPTIONS',
      headers: { origin: UI, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, UI]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await post(`${url}/decode`, plain, { origin: UI })).headers.get('access-control-allow-origin')).toBe(UI);
    const stranger = await post(`${url}/decode`, plain, { origin: 'http://evil.example' });
    expect([stranger.status, stranger.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  test('asks for its token where it has one', async () => {
    expect((await post(`${guardedUrl}/decode`, plain)).status).toBe(401);
    expect((await post(`${guardedUrl}/decode`, plain, { authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
    expect((await post(`${guardedUrl}/decode`, plain, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });
});

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { codecDataConverter } from '../../src/temporal/codec/data-converter.js';
import { createEncryptingCodec } from '../../src/temporal/codec/encrypting-codec.js';
import { KeyRing } from '../../src/temporal/codec/key-ring.js';
import { newKey, writeKeys } from './keys-file.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-codec-'));
  path = join(folder, 'keys.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SECRET = 'the candidate is v2 of digits';
const [old, current] = [newKey(), newKey()];
const payload = (): Payload => defaultPayloadConverter.toPayload({ note: SECRET }) as Payload;
const open = async (active = 'k2', keys: Record<string, string> = { k1: old, k2: current }) => {
  await writeKeys(path, active, keys);
  return createEncryptingCodec(new KeyRing(path));
};
const textOf = (value: Uint8Array | null | undefined) => Buffer.from(value ?? []).toString('utf8');
const changed = (from: Payload, name: string, value: string): Payload => ({
  ...from,
  metadata: { ...from.metadata, [name]: Buffer.from(value) },
});

describe('the codec', () => {
  test('gives back what it was given, whole, and shows nothing of it', async () => {
    const codec = await open();
    const [encrypted] = await codec.encode([payload()]);
    expect(textOf(encrypted?.metadata?.['encoding'])).toBe('binary/encrypted');
    expect(textOf(encrypted?.metadata?.['encryption-key-id'])).toBe('k2');
    expect(textOf(encrypted?.data)).not.toContain('candidate');
    const [decoded] = await codec.decode([encrypted as Payload]);
    expect(textOf(decoded?.metadata?.['encoding'])).toBe('json/plain');
    expect(defaultPayloadConverter.fromPayload(decoded as Payload)).toEqual({ note: SECRET });
  });

  test.each([
    ['null', null],
    ['bytes', new Uint8Array([0, 255, 1])],
    ['nothing', undefined],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('carries %s', async (_, value) => {
    const codec = await open();
    const decoded = await codec.decode(await codec.encode([defaultPayloadConverter.toPayload(value) as Payload]));
    const back = defaultPayloadConverter.fromPayload(decoded[0] as Payload);
    expect(value instanceof Uint8Array ? new Uint8Array(back as Uint8Array) : back).toEqual(value);
  });

  test('the same payload never looks the same twice', async () => {
    const codec = await open();
    const [a, b] = await codec.encode([payload(), payload()]);
    expect(textOf(a?.data)).not.toBe(textOf(b?.data));
  });

  test('reads what is not encrypted as it is', async () => {
    const codec = await open();
    expect(await codec.decode([payload()])).toEqual([payload()]);
  });

  test('any bit that is changed is noticed: data, key id, original encoding', async () => {
    const codec = await open('k2', { k1: old, k2: current });
    const [encrypted] = (await codec.encode([payload()])) as [Payload];
    const data = Buffer.from(encrypted.data ?? []);
    for (let at = 0; at < data.length; at += 1) {
      const bent = Buffer.from(data);
      bent[at] = (bent[at] as number) ^ (1 << (at % 8));
      await expect(codec.decode([{ ...encrypted, data: bent }])).rejects.toMatchObject({ code: 'PAYLOAD_UNREADABLE' });
    }
    for (const [name, value] of [
      ['encryption-key-id', 'k1'],
      ['encryption-original-encoding', 'binary/plain'],
    ] as const)
      await expect(codec.decode([changed(encrypted, name, value)])).rejects.toThrow(/is not what key "k[12]"/);
    await expect(codec.decode([{ ...encrypted, data: data.subarray(0, 20) }])).rejects.toThrow(/20 bytes is too short/);
  });

  test('a key that is missing is named, with those that are there, and without one bit of them', async () => {
    const [encrypted] = await (await open('gone', { gone: newKey() })).encode([payload()]);
    const codec = await open();
    const error = (await codec.decode([encrypted as Payload]).catch((e: unknown) => e)) as Error;
    expect(error.message).toBe(`no key "gone" in ${path}, which has k1, k2`);
  });
});

describe('rotation', () => {
  test('what was written with an older key is read; the file is looked at again while the process runs', async () => {
    const codec = await open('k1', { k1: old });
    const [before] = await codec.encode([payload()]);
    await writeKeys(path, 'k2', { k1: old, k2: current });
    // Somebody else writes with the new key already: it is found at once.
    const [theirs] = await createEncryptingCodec(new KeyRing(path)).encode([payload()]);
    expect(await codec.decode([theirs as Payload, before as Payload])).toHaveLength(2);
    const [after] = await codec.encode([payload()]);
    expect(textOf(after?.metadata?.['encryption-key-id'])).toBe('k2');
  });

  test('a file that has become wrong leaves the keys as they are, and says so once', async () => {
    const codec = await open('k1', { k1: old });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await writeFile(path, `{ "active": "k2", "keys": { "k2": "${current}`);
    const stranger = changed((await codec.encode([payload()]))[0] as Payload, 'encryption-key-id', 'k2');
    for (const _ of [1, 2]) await expect(codec.decode([stranger])).rejects.toThrow(/was not taken over: .*is not JSON/);
    expect(await codec.decode(await codec.encode([payload()]))).toHaveLength(1);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/is not JSON; the keys that were read before stay in use/)],
    ]);
    warn.mockRestore();
  });
});

describe('a file of keys that is refused', () => {
  const reasonFor = async (text: string, mode = 0o600): Promise<string> => {
    await writeFile(path, text);
    await chmod(path, mode);
    try {
      codecDataConverter({ SLUICE_CODEC_KEYS: path });
    } catch (error) {
      expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining(`SLUICE_CODEC_KEYS ${path}: `) });
      expect((error as Error).message).not.toContain(current.slice(0, 8));
      return (error as Error).message;
    }
    throw new Error('it was taken');
  };
  const good = JSON.stringify({ active: 'k2', keys: { k2: current } });

  test.each([
    ['that others can read', good, 0o644, /mode 0644\): chmod 0600/],
    ['that the group can write', good, 0o620, /mode 0620/],
    ['that is cut off', good.slice(0, -3), 0o600, /is not JSON$/],
    ['that is a list', '[]', 0o600, /"keys" is not an object/],
    ['without keys', '{"active":"k2"}', 0o600, /"keys" is not an object/],
    [
      'with a short key',
      `{"active":"k2","keys":{"k2":"${current.slice(0, 20)}"}}`,
      0o600,
      /key "k2" has 15 bytes; base64 of 32/,
    ],
    ['with a number for a key', '{"active":"k2","keys":{"k2":7}}', 0o600, /key "k2" has 0 bytes/],
    ['with a strange id', `{"active":"k 2","keys":{"k 2":"${current}"}}`, 0o600, /a key id has 1..64 letters/],
    [
      'whose active key is missing',
      `{"active":"k3","keys":{"k2":"${current}"}}`,
      0o600,
      /names none of its keys \(k2\)/,
    ],
    [
      'whose active key is a name of every object',
      `{"active":"toString","keys":{"k2":"${current}"}}`,
      0o600,
      /names none/,
    ],
  ])('%s', async (_, text, mode, reason) => {
    expect(await reasonFor(text, mode)).toMatch(reason);
  });

  test('that is not there', () => {
    expect(() => codecDataConverter({ SLUICE_CODEC_KEYS: join(folder, 'none') })).toThrow(/none: ENOENT$/);
  });

  test('without the variable nothing is encrypted', () => {
    expect([codecDataConverter({}), codecDataConverter({ SLUICE_CODEC_KEYS: '' })]).toEqual([null, null]);
  });
});

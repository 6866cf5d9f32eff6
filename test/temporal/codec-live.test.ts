import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { findTemporalCli } from '../../src/temporal/cli-binary.js';
import { createCodecServer } from '../../src/temporal/codec/codec-server.js';
import { codecFromEnvironment } from '../../src/temporal/codec/data-converter.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { echoes, openProbe, type Probe } from '../worker/probe.js';
import { newKey, writeKeys } from './keys-file.js';

const QUEUE = `codec-${process.pid}`;
const SECRET = 'unpublished model v2';
const [older, newer] = [newKey(), newKey()];
let folder: string;
let keys: string;
let probe: Probe;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-codec-live-'));
  keys = join(folder, 'keys.json');
  await writeKeys(keys, 'k1', { k1: older });
  process.env['SLUICE_CODEC_KEYS'] = keys;
  probe = await openProbe();
});
afterAll(async () => {
  delete process.env['SLUICE_CODEC_KEYS'];
  await probe?.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (workflowId: string, count: number) =>
  probe.link.client.workflow.start('conversation', {
    workflowId,
    taskQueue: QUEUE,
    args: [SECRET, count],
    memo: { note: SECRET },
    staticSummary: SECRET,
  });
/** Base64 undone, so that nothing hides in it. */
const readable = (json: string) =>
  json.replace(/"([A-Za-z0-9+/]{8,}={0,2})"/g, (_, text: string) => Buffer.from(text, 'base64').toString('latin1'));

describe('with a file of keys', () => {
  test('history, memo, summaries and failures show nothing; the people who hold the keys see it all', async () => {
    const workflowId = `codec-${process.pid}`;
    const worker = await probe.worker(QUEUE, echoes);
    await worker.runUntil(async () => {
      const handle = await start(workflowId, 2);
      expect(await handle.executeUpdate('say', { args: [SECRET] })).toBe(`echo of ${SECRET}`);

      // The key is changed while the workflow runs, and its worker too.
      await writeKeys(keys, 'k2', { k1: older, k2: newer });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await handle.executeUpdate('say', { args: [SECRET] });
      expect(await handle.result()).toEqual([`echo of ${SECRET}`, `echo of ${SECRET}`]);
      expect((await handle.describe()).memo).toEqual({ note: SECRET });

      const raw = historyToJSON(await handle.fetchHistory());
      expect(readable(raw)).not.toMatch(/unpublished|echo of|refused|details of/);
      expect(raw).toMatch(new RegExp(`"${btoa('k1')}"[^]*"${btoa('k2')}"`));
      // What happened can still be read; only what was said can't.
      expect(raw).toContain('"name": "conversation"');
      expect(raw).toContain('Encoded failure');
    });
  });

  test('a replay with the codec reads what was written with both keys', async () => {
    const handle = probe.link.client.workflow.getHandle(`codec-${process.pid}`);
    const replaying = await probe.worker(QUEUE, echoes, { maxCachedWorkflows: 0 });
    await replaying.runUntil(async () => {
      expect(await handle.query('__stack_trace')).toEqual(expect.any(String));
    });
  });

  test('the Temporal CLI sees nothing by itself, and all of it through the codec server', async () => {
    const codec = codecFromEnvironment();
    if (codec === null) throw new Error('no codec');
    const server = createCodecServer({ codec, uiOrigins: [], token: 'a token of this test' });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const cli = await findTemporalCli(() => undefined);
    const address = ['--address', probe.settings.address, '-w', `codec-${process.pid}`];
    const show = async (...more: string[]) =>
      (await promisify(execFile)(cli, ['workflow', 'show', ...address, '-o', 'json', ...more])).stdout;
    try {
      expect(readable(await show())).not.toContain('unpublished');
      const shown = await show('--codec-endpoint', url, '--codec-auth', 'Bearer a token of this test');
      expect(readable(shown)).toContain(`"${SECRET}"`);
      expect(readable(shown)).toContain(`echo of ${SECRET}`);
      expect(readable(shown)).toContain(`refused: ${SECRET}`);
    } finally {
      await server.close();
    }
  });

  test('a client without the key says which one it lacks', async () => {
    const strangers = join(folder, 'strangers.json');
    await writeKeys(strangers, 'other', { other: newKey() });
    process.env['SLUICE_CODEC_KEYS'] = strangers;
    const codec = codecFromEnvironment();
    process.env['SLUICE_CODEC_KEYS'] = keys;
    const link = await connectTemporal({ ...probe.settings, dataConverter: { payloadCodecs: codec ? [codec] : [] } });
    await expect(link.client.workflow.getHandle(`codec-${process.pid}`).result()).rejects.toThrow(
      /no key "k[12]" in .*, which has other/,
    );
    await link.close();
  });
});

test('turned on over a workflow that runs without: it goes on, what is new is encrypted', async () => {
  const workflowId = `codec-later-${process.pid}`;
  delete process.env['SLUICE_CODEC_KEYS'];
  const plain = await openProbe();
  const first = await plain.worker(QUEUE, echoes, { maxCachedWorkflows: 0 });
  await first.runUntil(async () => {
    await plain.link.client.workflow.start('conversation', { workflowId, taskQueue: QUEUE, args: ['in the open', 2] });
    await plain.link.client.workflow.getHandle(workflowId).executeUpdate('say', { args: ['openly'] });
  });
  await plain.close();
  process.env['SLUICE_CODEC_KEYS'] = keys;
  const second = await probe.worker(QUEUE, echoes);
  const handle = probe.link.client.workflow.getHandle(workflowId);
  await second.runUntil(async () => {
    await handle.executeUpdate('say', { args: [SECRET] });
    expect(await handle.result()).toEqual(['echo of openly', `echo of ${SECRET}`]);
  });
  const raw = readable(historyToJSON(await handle.fetchHistory()));
  expect(raw).toContain('openly');
  expect(raw).not.toContain('unpublished');
});

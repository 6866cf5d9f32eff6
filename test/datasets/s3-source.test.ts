import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { datasetDeps, openDataset } from '../../src/datasets/open-dataset.js';
import { readS3Settings, s3Origin } from '../../src/datasets/sources/s3-source.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { freePort } from '../setup/free-port.js';
import { findProgram, startProgram } from '../setup/program.js';
import { allRows } from './reading.js';

const SETTINGS = {
  endpoint: null,
  region: 'eu-central-1',
  accessKeyId: 'AKID',
  secretAccessKey: 'geheim',
  sessionToken: null,
};
const ODD_KEY = "a+b%20c/ü(1)!'*/d?e#f&g=h.csv";
const TEXT = 'a,label\n1,x\n2,y\n';
const moto = findProgram('moto_server', process.env.MOTO, "pip install 'moto[s3,server]==5.1.22', or set MOTO");

(moto === null ? describe.skip : describe)('an S3-compatible server that checks signatures', () => {
  let url: string;
  let env: NodeJS.ProcessEnv;
  let stop: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    stop = await startProgram(moto as string, ['-H', '127.0.0.1', '-p', `${port}`], {
      ports: [port],
      ready: `${url}/moto-api/`,
    });
    const keys = await createUser(url);
    env = { SLUICE_S3_ENDPOINT: url, AWS_REGION: 'eu-central-1', ...keys };
  }, 60_000);
  afterAll(() => stop?.());

  const open = (source: string, more: NodeJS.ProcessEnv = {}) =>
    openDataset(
      { source, ...(source.includes('.parquet') && { schema: { features: ['b'] } }) },
      datasetDeps({ dataDir: '/nowhere', allowed: parseAllowedPrivate(''), env: { ...env, ...more } }),
    );

  test('CSV; loopback is allowed, as the operator named it', async () => {
    const dataset = await open('s3://held-out/2025/a b/x.csv');
    expect(dataset.name).toBe('s3://held-out/2025/a b/x.csv');
    expect(await allRows(dataset)).toHaveLength(2);
    expect(await dataset.digest()).toBe(`sha256:${createHash('sha256').update(TEXT).digest('hex')}`);
  });

  test('Parquet, by ranges', async () => {
    expect(await allRows(await open('s3://held-out/mixed.parquet'), { from: 7 })).toHaveLength(3);
  });

  test('what is not there, and who may not', async () => {
    await expect(open('s3://held-out/gone.csv')).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: 's3://held-out/gone.csv: it answers 404 NoSuchKey',
    });
    await expect(open('s3://other-bucket/x.csv')).rejects.toThrow(
      's3://other-bucket/x.csv: it answers 404 NoSuchBucket',
    );
    await expect(open('s3://held-out/mixed.parquet', { AWS_SECRET_ACCESS_KEY: 'wrong' })).rejects.toThrow(
      /it answers 403 SignatureDoesNotMatch/,
    );
    await expect(open('s3://held-out/mixed.parquet', { AWS_ACCESS_KEY_ID: 'AKIANOBODY' })).rejects.toThrow(
      /it answers 403/,
    );
  });

  test('a key with characters that are encoded', async () => {
    // moto signs the decoded path anew, and so takes no signature over such a key for right.
    await checkSignatures(url, false);
    expect(await allRows(await open(`s3://held-out/${ODD_KEY}`))).toHaveLength(2);
    await checkSignatures(url, true);
  });
});

describe('without a server', () => {
  const settings = () => SETTINGS;

  test('Amazon’s own addresses', () => {
    expect(s3Origin('s3://held-out/a/x.csv', settings).url).toBe(
      'https://held-out.s3.eu-central-1.amazonaws.com/a/x.csv',
    );
    expect(s3Origin('s3://held.out/x.csv', settings).url).toBe('https://s3.eu-central-1.amazonaws.com/held.out/x.csv');
  });

  test.each([
    's3://held-out/../other/x.csv',
    's3://held-out/a/./x.csv',
    's3://held-out',
    's3://held-out/',
    's3://a/x',
    's3://evil.com:80/x',
    's3://x@y/z',
  ])('%s is refused', (location) => {
    expect(() => s3Origin(location, settings)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
  });

  test('a key stays a key, whatever stands in it', () => {
    expect(s3Origin('s3://held-out/a?b#c/%2e%2e/d', settings).url).toBe(
      'https://held-out.s3.eu-central-1.amazonaws.com/a%3Fb%23c/%252e%252e/d',
    );
  });

  test('signed, with a session, and neither secret nor token in what is sent', async () => {
    const origin = s3Origin('s3://held-out/x.csv', () => ({ ...SETTINGS, sessionToken: 'session' }));
    const headers = await origin.sign?.(new URL(origin.url), { range: 'bytes=0-1' });
    expect(headers).toMatchObject({
      range: 'bytes=0-1',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;/,
      ),
    });
    expect(JSON.stringify(headers)).not.toContain('geheim');
  });

  test('missing credentials are named', async () => {
    expect(() => readS3Settings({ AWS_ACCESS_KEY_ID: 'x' })).toThrow(
      expect.objectContaining({ code: 'SECRET_UNUSABLE', message: expect.stringContaining('AWS_SECRET_ACCESS_KEY') }),
    );
    expect(() =>
      readS3Settings({ SLUICE_S3_ENDPOINT: 'minio:9000', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' }),
    ).toThrow(/SLUICE_S3_ENDPOINT: "minio:9000" is not an http or https URL/);
  });
});

/** A bucket with two objects, and a user who may read it; from then on the server checks who asks. */
async function createUser(url: string): Promise<NodeJS.ProcessEnv> {
  const root = { accessKeyId: 'root', secretAccessKey: 'root', region: 'us-east-1' };
  const iam = (parameters: Record<string, string>) =>
    asked(new AwsClient({ ...root, service: 'iam' }), url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(parameters).toString(),
    });
  const s3 = new AwsClient({ ...root, service: 's3' });
  await asked(s3, `${url}/held-out`, { method: 'PUT' });
  await asked(s3, `${url}/held-out/2025/a%20b/x.csv`, { method: 'PUT', body: TEXT });
  const odd = ODD_KEY.split('/').map(encodeURIComponent).join('/');
  await asked(s3, `${url}/held-out/${odd}`, { method: 'PUT', body: TEXT });
  const parquet = await readFile(join(import.meta.dirname, 'fixtures/mixed.parquet'));
  await asked(s3, `${url}/held-out/mixed.parquet`, { method: 'PUT', body: new Uint8Array(parquet) });
  await iam({ Action: 'CreateUser', UserName: 'reader' });
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: '*' }] };
  await iam({
    Action: 'PutUserPolicy',
    UserName: 'reader',
    PolicyName: 'read',
    PolicyDocument: JSON.stringify(policy),
  });
  const keys = await iam({ Action: 'CreateAccessKey', UserName: 'reader' });
  await checkSignatures(url, true);
  const [, accessKeyId = ''] = /<AccessKeyId>([^<]+)/.exec(keys) ?? [];
  const [, secret = ''] = /<SecretAccessKey>([^<]+)/.exec(keys) ?? [];
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret };
}

/** moto lets so many requests through before it asks who sent one. */
async function checkSignatures(url: string, on: boolean): Promise<void> {
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: on ? '0' : 'inf' });
}

async function asked(client: AwsClient, url: string, init: RequestInit): Promise<string> {
  const answer = await client.fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text;
}

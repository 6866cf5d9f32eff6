import { AwsV4Signer } from 'aws4fetch';
import { SluiceError } from '../../domain/errors.js';
import { datasetFault } from '../dataset-fault.js';
import type { HttpOrigin } from './http-request.js';

/** Where buckets are and who asks, from the worker's environment. */
export interface S3Settings {
  /** null: Amazon's own. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s;

/**
 * From SLUICE_S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Read at each use, so that rotated keys are taken up.
 * @throws {SluiceError} SECRET_UNUSABLE naming the variable that is missing
 */
export function readS3Settings(env: NodeJS.ProcessEnv = process.env): S3Settings {
  const needed = (name: string) => {
    const value = env[name]?.trim();
    if (value === undefined || value === '')
      throw new SluiceError('SECRET_UNUSABLE', `${name} is not in the worker's environment; s3:// needs it`);
    return value;
  };
  return {
    endpoint: s3Endpoint(env),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1',
    accessKeyId: needed('AWS_ACCESS_KEY_ID'),
    secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'),
    sessionToken: env['AWS_SESSION_TOKEN'] || null,
  };
}

/** @returns without a slash at the end; null: Amazon's own */
export function s3Endpoint(env: NodeJS.ProcessEnv = process.env): string | null {
  const endpoint = env['SLUICE_S3_ENDPOINT'] || null;
  if (endpoint !== null && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)))
    throw new SluiceError('USAGE', `SLUICE_S3_ENDPOINT: "${endpoint}" is not an http or https URL`);
  return endpoint?.replace(/\/+$/, '') ?? null;
}

/** @param settings asked at each request @throws {SluiceError} DATASET_INVALID for what is no bucket and key */
export function s3Origin(location: string, settings: () => S3Settings): HttpOrigin {
  const [, bucket, key] = LOCATION.exec(location) ?? [];
  if (bucket === undefined || key === undefined) throw datasetFault(location, 'expected s3://bucket/key');
  const segments = key.split('/');
  // A URL takes these away, and with them the bucket.
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw datasetFault(location, 'a key with the parts . or .. can not be asked for');
  const { endpoint, region } = settings();
  return {
    name: location,
    url: `${baseOf(bucket, endpoint, region)}/${segments.map(encoded).join('/')}`,
    followRedirects: false,
    sign: async (url, headers) => {
      const { endpoint: _, sessionToken, ...credentials } = settings();
      const session = sessionToken === null ? {} : { sessionToken };
      // The other headers stay out of the signature: proxies on the way change some of them.
      const { headers: signed } = await new AwsV4Signer({
        url: url.href,
        service: 's3',
        ...credentials,
        ...session,
      }).sign();
      return { ...headers, ...Object.fromEntries(signed.entries()) };
    },
  };
}

/** Encoded on the wire as it is signed: some servers check what they got. Source: RFC 3986, 2.3 */
function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Amazon wants the bucket in the name; a name with dots would not match its certificate. */
function baseOf(bucket: string, endpoint: string | null, region: string): string {
  if (endpoint !== null) return `${endpoint}/${bucket}`;
  const host = `s3.${region}.amazonaws.com`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

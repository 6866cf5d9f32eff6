import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { DIGEST, MODEL_NAME, type ModelVersion } from '../domain/model-version.js';
import { type AddressPolicy, AddressRefused } from '../net/address-policy.js';
import { exchange, NoAnswer } from '../net/exchange.js';
import { canRead, digestArtifact } from './artifact-digest.js';

const SERVED_TIMEOUT_MS = 10_000;
const LARGEST_METADATA = 2 ** 20;

/** `verified`: the same bytes. `unknown`: nobody can say from here; the note says why. Other bytes are an error. */
export interface Verification {
  readonly status: 'verified' | 'unknown';
  readonly digest: string;
  readonly note: string;
}

/**
 * Reads the artifact again and compares it with what was registered.
 * @param place where to read it, instead of where it was registered
 * @param policy which addresses may be called; absent, all: for whoever asks on their own behalf
 * @throws {SluiceError} MODEL_ANSWER_INVALID naming both digests; what `digestArtifact` throws
 */
export async function verifyArtifact(
  version: ModelVersion,
  place = version.artifact.uri,
  policy?: AddressPolicy,
): Promise<Verification> {
  const { digest, bytes } = version.artifact;
  if (!canRead(place)) return { status: 'unknown', digest, note: `${place} can not be read from here` };
  const read = await digestArtifact(place, { policy });
  if (read.digest !== digest)
    throw new SluiceError(
      'MODEL_ANSWER_INVALID',
      `artifact ${place} of ${nameOf(version)} is ${read.digest} (${read.bytes} bytes), registered is ${digest} (${bytes} bytes)`,
    );
  return { status: 'verified', digest, note: `${read.bytes} bytes at ${place}` };
}

export interface ServedModel {
  /** Base URL of the model server. */
  readonly url: string;
  /** Name on the wire. */
  readonly model: string;
}

export interface ServedOptions {
  readonly timeoutMs?: number;
  readonly policy?: AddressPolicy | undefined;
}

/** Where servers put what they tell beyond the protocol. */
const told = z.object({ sluice_digest: z.string().max(200).optional() });
const metadataSchema = z.object({
  versions: z.array(z.string()).optional().nullable(),
  parameters: told.extend({ extra: told.optional().nullable() }).optional().nullable(),
  extra: told.optional().nullable(),
});
type Metadata = z.output<typeof metadataSchema>;

/**
 * Asks a model server which artifact it serves: the metadata of the Open Inference Protocol, with the digest as the
 * parameter `sluice_digest`.
 * @param options.policy which addresses may be called; absent, all: for whoever asks on their own behalf
 * @throws {SluiceError} MODEL_ANSWER_INVALID naming both digests, or for metadata that is none; MODEL_UNREACHABLE; ADDRESS_REFUSED
 */
export async function verifyServed(
  served: ServedModel,
  version: ModelVersion,
  { timeoutMs = SERVED_TIMEOUT_MS, policy }: ServedOptions = {},
): Promise<Verification> {
  const { digest } = version.artifact;
  const place = `model ${served.model} at ${served.url}`;
  if (!MODEL_NAME.test(served.model)) throw new SluiceError('USAGE', `"${served.model}" is not the name of a model`);
  const metadata = await readMetadata(served, place, { timeoutMs, policy });
  const actual = digestIn(metadata);
  if (actual === null)
    return { status: 'unknown', digest, note: `${place} does not tell its digest${versionsIn(metadata)}` };
  if (!DIGEST.test(actual))
    throw new SluiceError('MODEL_ANSWER_INVALID', `${place}: sluice_digest is ${JSON.stringify(actual)}, not sha256:…`);
  if (actual !== digest)
    throw new SluiceError('MODEL_ANSWER_INVALID', `${place} serves ${actual}; ${nameOf(version)} is ${digest}`);
  return { status: 'verified', digest, note: `${place} says so` };
}

function digestIn({ parameters, extra }: Metadata): string | null {
  return parameters?.sluice_digest ?? parameters?.extra?.sluice_digest ?? extra?.sluice_digest ?? null;
}

function versionsIn({ versions }: Metadata): string {
  return versions === undefined || versions === null || versions.length === 0
    ? ''
    : `; it serves versions ${versions.join(', ').slice(0, 200)}`;
}

async function readMetadata(
  { url, model }: ServedModel,
  place: string,
  { timeoutMs, policy }: ServedOptions & { readonly timeoutMs: number },
): Promise<Metadata> {
  const { status, body } = await exchange({
    method: 'GET',
    url: `${url.replace(/\/$/, '')}/v2/models/${model}`,
    headers: {},
    timeoutMs,
    policy,
    largestAnswer: LARGEST_METADATA,
  }).catch((error: unknown) => {
    if (error instanceof NoAnswer) throw new SluiceError('MODEL_UNREACHABLE', `${place}: ${error.message}`);
    if (error instanceof AddressRefused) throw new SluiceError('ADDRESS_REFUSED', `${place}: ${error.message}`);
    throw error;
  });
  if (status !== 200)
    throw new SluiceError(status >= 500 ? 'MODEL_UNREACHABLE' : 'MODEL_ANSWER_INVALID', `${place} answers ${status}`);
  if (body === null)
    throw new SluiceError(
      'MODEL_UNREACHABLE',
      `${place}: no whole answer of ${LARGEST_METADATA} bytes at most within ${timeoutMs} ms`,
    );
  const parsed = metadataSchema.safeParse(readJson(body));
  if (!parsed.success) throw new SluiceError('MODEL_ANSWER_INVALID', `${place}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** @returns the text itself where it is no JSON: no metadata either */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function nameOf({ model, version, id }: ModelVersion): string {
  return `${model}:${version} (${id})`;
}

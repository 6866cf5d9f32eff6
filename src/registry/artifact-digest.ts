import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { HOUR_MS } from '../domain/duration.js';
import { describeError, SluiceError } from '../domain/errors.js';
import { type AddressPolicy, addressRefusalIn } from '../net/address-policy.js';
import { sharedTransport } from '../net/shared-transport.js';

/** Of a whole download; weights of hundreds of gigabytes are digested where they lie. */
const DOWNLOAD_TIMEOUT_MS = HOUR_MS;
const MOST_FILES = 100_000;
const MOST_REDIRECTS = 5;

export interface ArtifactDigest {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly bytes: number;
}

export interface DigestOptions {
  readonly timeoutMs?: number;
  readonly policy?: AddressPolicy | undefined;
}

interface FolderFile {
  /** Relative to the folder, parts divided by `/`. */
  readonly path: string;
  readonly file: string;
}

/** What can be read from here: a path, `file:`, `http:` and `https:`. */
export function canRead(uri: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(uri) || /^(?:file|https?):/i.test(uri);
}

/**
 * The digest of a file, a folder or a download, read as a stream. A folder's is that of the lines that
 * `find . -type f | LC_ALL=C sort | xargs sha256sum` prints in it, without the `./`.
 * @param options.policy which addresses may be called, by redirects too; absent: all
 * @throws {SluiceError} DATASET_INVALID where it can't be read; MODEL_UNREACHABLE where a download fails; ADDRESS_REFUSED
 */
export async function digestArtifact(
  uri: string,
  { timeoutMs = DOWNLOAD_TIMEOUT_MS, policy }: DigestOptions = {},
): Promise<ArtifactDigest> {
  if (!canRead(uri)) throw new SluiceError('DATASET_INVALID', `artifact ${uri} can not be read from here`);
  if (/^https?:/i.test(uri)) return digestDownload(uri, timeoutMs, policy);
  const path = localPath(uri);
  try {
    const about = await lstat(path);
    if (about.isFile()) return await digestFile(path);
    if (about.isDirectory()) return await digestFolder(path);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('DATASET_INVALID', `artifact ${path}: ${describeError(error)}`, { cause: error });
  }
  throw new SluiceError('DATASET_INVALID', `artifact ${path} is neither a file nor a folder`);
}

function localPath(uri: string): string {
  try {
    return /^file:/i.test(uri) ? fileURLToPath(uri) : uri;
  } catch (error) {
    throw new SluiceError('DATASET_INVALID', `artifact ${uri}: ${describeError(error)}`, { cause: error });
  }
}

function digestFile(path: string): Promise<ArtifactDigest> {
  return digestStream(createReadStream(path, { highWaterMark: 1 << 20 }));
}

async function digestStream(stream: Readable): Promise<ArtifactDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

async function digestFolder(folder: string): Promise<ArtifactDigest> {
  const files = await filesOf(folder);
  if (files.length === 0) throw new SluiceError('DATASET_INVALID', `artifact ${folder} is a folder without files`);
  files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const hash = createHash('sha256');
  let bytes = 0;
  for (const { path, file } of files) {
    const one = await digestFile(file);
    hash.update(`${one.digest.slice('sha256:'.length)}  ${path}\n`);
    bytes += one.bytes;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

/** @throws {SluiceError} DATASET_INVALID for what is no file (a link may lead anywhere), and for a name that spans lines */
async function filesOf(root: string): Promise<FolderFile[]> {
  const found: FolderFile[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && !/[\\\r\n]/.test(path)) found.push({ path, file: join(root, path) });
      else throw new SluiceError('DATASET_INVALID', `artifact ${root}: ${JSON.stringify(path)} ${whyNot(entry)}`);
      if (found.length > MOST_FILES)
        throw new SluiceError('DATASET_INVALID', `artifact ${root} has more than ${MOST_FILES} files`);
    }
  }
  return found;
}

function whyNot(entry: { isFile(): boolean; isSymbolicLink(): boolean }): string {
  if (entry.isFile()) return 'has a line break or a backslash in its name';
  return entry.isSymbolicLink() ? 'is a link: copy what it leads to (cp -L)' : 'is no file';
}

async function digestDownload(
  uri: string,
  timeoutMs: number,
  policy: AddressPolicy | undefined,
): Promise<ArtifactDigest> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { data, headers } = await axios.get<Readable>(uri, {
      responseType: 'stream',
      // As it was stored: a server that packs it for the way would change its digest.
      headers: { 'accept-encoding': 'identity' },
      decompress: false,
      ...sharedTransport(policy),
      // Each one connects anew, by way of the policy.
      maxRedirects: MOST_REDIRECTS,
      timeout: timeoutMs,
      signal,
    });
    const digested = await digestStream(data);
    const told = Number(headers['content-length'] ?? digested.bytes);
    if (told === digested.bytes) return digested;
    throw new Error(`${digested.bytes} bytes of ${told} came`);
  } catch (error) {
    const why = signal.aborted ? `not read within ${timeoutMs} ms` : describeError(error);
    // Without the cause: it holds the request, and where a redirect led.
    throw new SluiceError(
      addressRefusalIn(error) === null ? 'MODEL_UNREACHABLE' : 'ADDRESS_REFUSED',
      `artifact ${uri}: ${why}`,
    );
  }
}

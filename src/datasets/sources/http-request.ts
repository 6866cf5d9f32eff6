import { type Dispatcher, request } from 'undici';
import { describeError, SluiceError } from '../../domain/errors.js';
import { AddressRefused } from '../../net/address-policy.js';
import { parseHttpUrl } from '../../net/http-url.js';
import { mayPass } from '../../net/may-pass.js';
import { datasetFault } from '../dataset-fault.js';

export interface HttpOrigin {
  /** For messages. */
  readonly name: string;
  readonly url: string;
  /** S3 requests are signed for one address: they are not sent on to another. */
  readonly followRedirects: boolean;
  /** Headers that prove who asks; absent: none. */
  readonly sign?: (url: URL, headers: Record<string, string>) => Promise<Record<string, string>>;
}

export interface Part {
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly signal: AbortSignal | undefined;
}

/** No answer, or one that says "not now": another try may do better. The message names neither headers nor query. */
export class BrokenOff extends Error {}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for the bytes as they are stored.
 * @returns an answer with status 200 or 206, its body unread
 * @throws {BrokenOff} @throws {SluiceError} DATASET_INVALID naming the status; ADDRESS_REFUSED
 */
export async function requestPart(
  origin: HttpOrigin,
  dispatcher: Dispatcher,
  part: Part,
): Promise<Dispatcher.ResponseData> {
  let url = parsed(origin.name, origin.url);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await requestOnce(origin, url, dispatcher, part);
    const { statusCode, headers, body } = answer;
    if (statusCode === 200 || statusCode === 206) {
      const encoding = headers['content-encoding'] ?? 'identity';
      // A compressed file comes as what it is: its first bytes tell.
      if (encoding === 'identity' || encoding === 'gzip' || encoding === 'x-gzip') return answer;
      await body.dump();
      throw datasetFault(origin.name, `its content encoding is ${String(encoding)}, expected none or gzip`);
    }
    const said = await shortText(body);
    if (!REDIRECTS.has(statusCode)) throw refusalOf(origin, answer, said);
    if (!origin.followRedirects) throw datasetFault(origin.name, `it answers ${statusCode}${regionOf(answer)}`);
    if (redirects === MOST_REDIRECTS) throw datasetFault(origin.name, `more than ${MOST_REDIRECTS} redirects`);
    url = redirected(origin.name, url, headers['location']);
  }
}

async function requestOnce(
  { name, sign }: HttpOrigin,
  url: URL,
  dispatcher: Dispatcher,
  { range, ifRange, signal }: Part,
) {
  const plain: Record<string, string> = { 'user-agent': 'sluice', 'accept-encoding': 'identity' };
  if (range !== null) plain['range'] = range;
  if (range !== null && ifRange !== null) plain['if-range'] = ifRange;
  const headers = sign === undefined ? plain : await sign(url, plain);
  try {
    return await request(url, { dispatcher, headers, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AddressRefused) throw new SluiceError('ADDRESS_REFUSED', `${name}: ${error.message}`);
    throw new BrokenOff(describeError(error));
  }
}

/** @throws {BrokenOff} where the connection breaks */
export async function* bodyOf({ body }: Dispatcher.ResponseData): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new BrokenOff(describeError(error));
  } finally {
    // Also where the reader stops half-way: an answer left unread keeps its connection.
    body.on('error', () => undefined).destroy();
  }
}

function refusalOf({ name }: HttpOrigin, { statusCode }: Dispatcher.ResponseData, said: string): Error {
  const code = /<Code>([A-Za-z0-9.]{1,60})<\/Code>/.exec(said)?.[1];
  const why = `it answers ${statusCode}${code === undefined ? '' : ` ${code}`}`;
  return mayPass(statusCode) ? new BrokenOff(why) : datasetFault(name, why);
}

/** S3 sends whoever asks in the wrong region away. */
function regionOf({ headers }: Dispatcher.ResponseData): string {
  const region = headers['x-amz-bucket-region'];
  return typeof region === 'string' ? `; the bucket is in the region ${region}` : '';
}

function redirected(name: string, from: URL, location: string | string[] | undefined): URL {
  if (typeof location !== 'string' || !URL.canParse(location, from.href))
    throw datasetFault(name, 'it redirects to no URL');
  const to = parsed(name, new URL(location, from.href).href);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw datasetFault(name, 'it redirects from https to http');
  return to;
}

function parsed(name: string, url: string): URL {
  try {
    return parseHttpUrl(url);
  } catch (error) {
    throw datasetFault(name, describeError(error));
  }
}

/** The first kilobytes of a refusal. */
async function shortText(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      if (text.length > 8192) break;
    }
  } catch {
    // The status counts, whatever becomes of the words.
  }
  return text;
}

import { SluiceError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/spec/receiver.js';
import { logToStderr } from '../../process/log.js';
import { createCodecServer } from '../../temporal/codec/codec-server.js';
import { codecFromEnvironment } from '../../temporal/codec/data-converter.js';
import { untilSignal } from '../until-signal.js';

export interface CodecServerCommand {
  readonly host: string;
  readonly port: number;
  readonly uiOrigin: readonly string[];
}

const SHORTEST_TOKEN = 16;

/** Reads payloads for people: whoever can ask it can read every rollout, so beyond this machine it asks for a token. */
export async function codecServer({ host, port, uiOrigin }: CodecServerCommand): Promise<void> {
  const codec = codecFromEnvironment();
  if (codec === null) throw new SluiceError('USAGE', 'SLUICE_CODEC_KEYS is not set: there is nothing to decode with');
  const token = tokenFor(host, process.env['SLUICE_CODEC_TOKEN'] ?? null);
  const server = createCodecServer({ codec, token, uiOrigins: uiOrigin.map(originOf) });
  const url = await server.listen({ host, port });
  logToStderr('info', 'codec server listens', { url });
  await untilSignal();
  await server.close();
}

/** @throws {SluiceError} USAGE */
function tokenFor(host: string, token: string | null): string | null {
  if (token !== null && token.length < SHORTEST_TOKEN)
    throw new SluiceError('USAGE', `SLUICE_CODEC_TOKEN has ${token.length} characters; at least ${SHORTEST_TOKEN}`);
  if (token === null && !isLoopback(host))
    throw new SluiceError('USAGE', `the codec server on ${host} can be reached from elsewhere: set SLUICE_CODEC_TOKEN`);
  return token;
}

/** @throws {SluiceError} USAGE */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/')
    throw new SluiceError('USAGE', `--ui-origin: "${text}" is not an origin such as http://127.0.0.1:8233`);
  return url.origin;
}

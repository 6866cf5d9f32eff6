import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ModelVersion, trainClassifier } from './classifiers.js';
import { createMetrics } from './metrics.js';
import { BadRequest, infer, MODEL_NAME, metadata } from './open-inference.js';
import { changeSwitches, type Switches } from './switches.js';

export interface ModelServerOptions extends Partial<Switches> {
  readonly version: ModelVersion;
  /** 0 for any free one. */
  readonly port: number;
  readonly host?: string;
}

export interface RunningModelServer {
  readonly url: string;
  readonly version: ModelVersion;
  /** @throws {RangeError} naming the value and the limit */
  control(change: Partial<Switches>): void;
  /** Answers what has been asked, for five seconds at most, and takes nothing new. */
  close(): Promise<void>;
}

const LARGEST_BODY = 10 * 2 ** 20;
const CLOSE_WITHIN_MS = 5000;

class BodyTooLarge extends Error {}

/**
 * Trains, then serves the Open Inference Protocol v2, `GET /metrics` and `PUT /_control`.
 * @throws {RangeError} when a switch is out of its range, naming it; rejects when the port is taken
 */
export async function startModelServer(options: ModelServerOptions): Promise<RunningModelServer> {
  const { version, port, host = '127.0.0.1', latencyMs = 0, errorShare = 0 } = options;
  const state = {
    closing: false,
    switches: changeSwitches({ latencyMs: 0, errorShare: 0 }, { latencyMs, errorShare }),
  };
  const server = createServer(createHandler(version, state));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    version,
    control(change) {
      state.switches = changeSwitches(state.switches, change);
    },
    async close() {
      state.closing = true;
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
  // Ends idle connections at once; the handler ends each busy one with its answer.
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(late);
}

function createHandler(version: ModelVersion, state: { closing: boolean; switches: Switches }) {
  const classify = trainClassifier(version);
  const metrics = createMetrics();
  const model = `/v2/models/${MODEL_NAME}`;
  const always = (body: unknown) => (_: IncomingMessage, response: ServerResponse) => reply(response, 200, body);
  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void> = {
    'GET /v2/health/live': always({ live: true }),
    'GET /v2/health/ready': always({ ready: true }),
    [`GET ${model}`]: always(metadata(version)),
    [`GET ${model}/ready`]: always({ name: MODEL_NAME, ready: true }),
    [`POST ${model}/infer`]: predict,
    'PUT /_control': control,
    'GET /metrics': async (_, response) => {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
    },
  };

  return (request: IncomingMessage, response: ServerResponse) => {
    // A client that keeps its connection busy would otherwise keep a closing server up for ever.
    if (state.closing) response.setHeader('connection', 'close');
    const path = request.url?.split('?', 1)[0] ?? '';
    const route = routes[`${request.method} ${path}`];
    if (route === undefined) return reply(response, 404, { error: `there is no ${request.method} ${path}` });
    Promise.resolve(route(request, response)).catch((error: unknown) =>
      reply(response, statusOf(error), { error: error instanceof Error ? error.message : String(error) }),
    );
  };

  async function predict(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const done = metrics.start();
    try {
      const body = await readBody(request);
      const { latencyMs, errorShare } = state.switches;
      if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      const failing = Math.random() < errorShare;
      const answer = failing ? { error: 'switched to fail' } : infer(body, classify, version);
      done(failing ? 'error' : 'ok');
      if (state.closing) response.setHeader('connection', 'close');
      reply(response, failing ? 500 : 200, answer);
    } catch (error) {
      done(statusOf(error) < 500 ? 'refused' : 'error');
      throw error;
    }
  }

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    try {
      state.switches = changeSwitches(state.switches, JSON.parse(text));
    } catch (error) {
      throw new BadRequest((error as Error).message, { cause: error });
    }
    reply(response, 200, state.switches);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof BadRequest) return 400;
  return error instanceof BodyTooLarge ? 413 : 500;
}

/** Reads a body that is too large to its end without keeping it: a client still sending would not see the answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= LARGEST_BODY) parts.push(part);
    else parts.length = 0;
  }
  if (bytes > LARGEST_BODY) throw new BodyTooLarge(`the body has ${bytes} bytes: expected at most ${LARGEST_BODY}`);
  return Buffer.concat(parts).toString();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Histogram, Registry } from 'prom-client';
import { type Classifier, type ModelVersion, trainClassifier } from './classifiers.js';
import { BadRequest, infer, MODEL_NAME, metadata } from './open-inference.js';

export interface ModelServerOptions {
  readonly version: ModelVersion;
  /** 0 for any free one. */
  readonly port: number;
  readonly host?: string;
  readonly latencyMs?: number;
  /** Share of predictions that are answered 500, 0..1. */
  readonly errorShare?: number;
}

/** What can be made worse while it runs. */
export interface Switches {
  latencyMs: number;
  errorShare: number;
}

export interface RunningModelServer {
  readonly url: string;
  readonly version: ModelVersion;
  control(change: Partial<Switches>): void;
  close(): Promise<void>;
}

const LARGEST_BODY = 10 * 2 ** 20;

/** Trains, then serves the Open Inference Protocol v2. */
export async function startModelServer(options: ModelServerOptions): Promise<RunningModelServer> {
  const { version, port, host = '127.0.0.1' } = options;
  const switches: Switches = { latencyMs: options.latencyMs ?? 0, errorShare: options.errorShare ?? 0 };
  const server = createServer(createHandler(version, trainClassifier(version), switches));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    version,
    control: (change) => void Object.assign(switches, change),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}

function createHandler(version: ModelVersion, classify: Classifier, switches: Switches) {
  const registry = new Registry();
  const requests = new Counter({
    name: 'model_requests_total',
    help: 'Predictions.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'model_request_duration_seconds',
    help: 'Time of a prediction.',
    registers: [registry],
  });
  const model = `/v2/models/${MODEL_NAME}`;

  return (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof BadRequest ? 400 : error instanceof RangeError ? 413 : 500;
      reply(response, status, { error: error instanceof Error ? error.message : String(error) });
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (request.method === 'POST' && path === `${model}/infer`) return predict(request, response);
    if (request.method === 'PUT' && path === '/_control') {
      Object.assign(switches, readSwitches(await readBody(request)));
      return reply(response, 200, switches);
    }
    if (path === '/metrics') return void response.end(await registry.metrics());
    if (path === '/v2/health/live' || path === '/v2/health/ready') return reply(response, 200, { ready: true });
    if (path === `${model}/ready`) return reply(response, 200, { name: MODEL_NAME, ready: true });
    if (path === model) return reply(response, 200, metadata(version));
    reply(response, 404, { error: `there is no ${request.method} ${path}` });
  }

  async function predict(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stop = duration.startTimer();
    const body = await readBody(request);
    if (switches.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, switches.latencyMs));
    const failing = Math.random() < switches.errorShare;
    requests.inc({ outcome: failing ? 'error' : 'ok' });
    if (failing) reply(response, 500, { error: 'switched to fail' });
    else reply(response, 200, infer(body, classify, version));
    stop();
  }
}

function readSwitches(text: string): Partial<Switches> {
  const given = JSON.parse(text) as Record<string, unknown>;
  const switches: Partial<Switches> = {};
  const { latencyMs, errorShare } = given;
  if (typeof latencyMs === 'number' && latencyMs >= 0) switches.latencyMs = latencyMs;
  if (typeof errorShare === 'number' && errorShare >= 0 && errorShare <= 1) switches.errorShare = errorShare;
  if (Object.keys(switches).length !== Object.keys(given).length)
    throw new BadRequest(`${text}: expected latencyMs >= 0 and errorShare in 0..1`);
  return switches;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LARGEST_BODY) throw new RangeError(`the body has more than ${LARGEST_BODY} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

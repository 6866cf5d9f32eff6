import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { observationBatch } from '../../src/api/observation-schema.js';
import type { ObservationBatch } from '../../src/domain/observation.js';
import type { Route } from '../../src/domain/route.js';
import type { GatewayConfig } from '../../src/gateway/config.js';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../src/gateway/gateway.js';
import type { Limits } from '../../src/gateway/limits.js';

export type Behaviour = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A real HTTP server whose behaviour a test may change. */
export interface FakeServer {
  readonly url: string;
  behaviour: Behaviour;
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

export async function startServer(behaviour: Behaviour): Promise<FakeServer> {
  const fake: Omit<FakeServer, 'url' | 'close'> & Partial<Pick<FakeServer, 'url' | 'close'>> = {
    behaviour,
    requests: [],
  };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      fake.requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      fake.behaviour(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(fake, { url, close });
}

export const predicts =
  (label: string | number, delayMs = 0): Behaviour =>
  (_, response) => {
    const text = JSON.stringify({ outputs: [{ name: 'predict', shape: [1, 1], datatype: 'INT64', data: [label] }] });
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(text), delayMs);
  };
export const answers =
  (status: number): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"no"}');
export const resets: Behaviour = (request) => void request.socket.destroy();
export const hangs: Behaviour = () => undefined;

/** A gateway between two fake model servers and a fake collector. */
export class GatewayStage {
  readonly v1: FakeServer;
  readonly v2: FakeServer;
  readonly collector: FakeServer;
  gateway: RunningGateway;
  readonly logged: string[] = [];
  readonly stateDir: string;
  private limits: Partial<Limits>;
  private readonly config: Partial<GatewayConfig>;
  /** Whatever else a test wants of its gateway. */
  more: Partial<GatewayOptions> = {};

  private constructor(parts: {
    v1: FakeServer;
    v2: FakeServer;
    collector: FakeServer;
    stateDir: string;
    limits: Partial<Limits>;
    config: Partial<GatewayConfig>;
  }) {
    ({ v1: this.v1, v2: this.v2, collector: this.collector, stateDir: this.stateDir } = parts);
    ({ limits: this.limits, config: this.config } = parts);
    this.gateway = undefined as unknown as RunningGateway;
  }

  static async open(limits: Partial<Limits> = {}, config: Partial<GatewayConfig> = {}): Promise<GatewayStage> {
    const stage = new GatewayStage({
      v1: await startServer(predicts('one')),
      v2: await startServer(predicts('two')),
      collector: await startServer(answers(202)),
      stateDir: await mkdtemp(join(tmpdir(), 'sluice-gateway-')),
      limits: { shipIntervalMs: 50, ...limits },
      config,
    });
    await stage.restart();
    return stage;
  }

  options(): GatewayOptions {
    return {
      gatewayId: 'g1',
      config: {
        sluice: 'gateway/v1',
        predictionSample: 1,
        services: [
          { service: 'digits', baseline: { version: 'v1', url: this.v1.url }, protocol: this.route().protocol },
        ],
        ...this.config,
      },
      host: '127.0.0.1',
      port: 0,
      adminHost: '127.0.0.1',
      adminPort: 0,
      collectorUrl: this.collector.url,
      stateDir: this.stateDir,
      limits: this.limits,
      log: (level, message) => void this.logged.push(`${level}: ${message}`),
      ...this.more,
    };
  }

  /** For a model server that does not answer. A busy machine does not answer at once either. */
  async waitBriefly(): Promise<void> {
    this.limits = { ...this.limits, answerTimeoutMs: 400 };
    await this.restart();
  }

  async restart(): Promise<void> {
    await this.gateway?.close();
    this.gateway = await startGateway(this.options());
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await Promise.all([this.v1.close(), this.v2.close(), this.collector.close()]);
    await rm(this.stateDir, { recursive: true, force: true });
  }

  get routeFile(): string {
    return join(this.stateDir, 'routes.json');
  }

  route(over: Partial<Route> = {}): Route {
    return {
      service: 'digits',
      protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
      epoch: 1,
      rolloutId: 'digits-1',
      salt: 'digits-1',
      baseline: { version: 'v1', url: this.v1.url },
      candidate: { version: 'v2', url: this.v2.url },
      weightPercent: 0,
      shadowPercent: 0,
      leaseMs: 60_000,
      ...over,
    };
  }

  async apply(over: Partial<Route> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${this.gateway.adminUrl}/v1/routes/digits`, {
      method: 'PUT',
      body: JSON.stringify(this.route(over)),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async effectiveWeight(): Promise<unknown> {
    const answer = await fetch(`${this.gateway.adminUrl}/v1/routes/digits`);
    return ((await answer.json()) as Record<string, unknown>)['effectiveWeightPercent'];
  }

  async infer(
    unit: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; version: string | null; predictionId: string; text: string }> {
    const answer = await fetch(`${this.gateway.dataUrl}/v2/models/digits/infer`, {
      method: 'POST',
      headers: { 'x-user-key': unit, 'content-type': 'application/json', ...headers },
      body: '{"inputs":[]}',
    });
    const [version, predictionId] = [
      answer.headers.get('x-sluice-version'),
      answer.headers.get('x-sluice-prediction-id') ?? '',
    ];
    return { status: answer.status, version, predictionId, text: await answer.text() };
  }

  async feedback(body: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${this.gateway.dataUrl}/_sluice/feedback`, { method: 'POST', body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  /** Every batch that the collector took, repeats left out. @throws where the real one would have refused it */
  batches(): ObservationBatch[] {
    const seen = new Map<string, ObservationBatch>();
    for (const { body } of this.collector.requests) {
      const batch = observationBatch.parse(JSON.parse(body));
      seen.set(`${batch.bootId}/${batch.sequence}`, batch);
    }
    return [...seen.values()];
  }

  /** Requests and errors by arm, over all batches. */
  counts(): Record<string, { requests: number; errors: number }> {
    const sums: Record<string, { requests: number; errors: number }> = {};
    for (const { arm, requests, errors } of this.batches().flatMap((batch) => batch.buckets)) {
      const sum = sums[arm] ?? { requests: 0, errors: 0 };
      sums[arm] = { requests: sum.requests + requests, errors: sum.errors + errors };
    }
    return sums;
  }
}

export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 5000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it never came to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

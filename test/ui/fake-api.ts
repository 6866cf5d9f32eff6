import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { pageRoutes } from '../../src/api/page.js';
import type { CommandBody } from '../../src/api/schema/command.js';
import { me, type Role } from '../../src/api/schema/common.js';
import { saidOfIncident } from '../../src/api/schema/incident.js';
import {
  type RolloutDetail,
  type RolloutSeries,
  rolloutDetail,
  rolloutPage,
  series,
} from '../../src/api/schema/rollout.js';
import { namedBy } from '../../src/api/serve.js';
import type { ExperimentReport } from '../../src/domain/experiment.js';
import type { Incident } from '../../src/domain/incident.js';
import { decisionsOf, detailOf, driftOf, incidentOf, looksOf, seriesOf, summaryFrom, versionOf } from './fake-world.js';

interface Given {
  readonly rollouts?: readonly RolloutDetail[];
  /** 0: any free one. */
  readonly port?: number;
  /** Token -> role; empty: whoever asks is admin. */
  readonly tokens?: Readonly<Record<string, Role>>;
  /** Oldest first. */
  readonly looks?: readonly ExperimentReport[];
  /** Newest first. */
  readonly incidents?: readonly Incident[];
  readonly series?: Partial<RolloutSeries>;
  /** Text that stands wherever people or machines may have written something. */
  readonly text?: string;
}

/**
 * The api as a script, for what the real one can't be brought to quickly: going away, coming back, ten thousand rollouts, hostile text. What it
 * answers is held to the api's own schemas, so that it can't drift from it.
 */
export class FakeApi {
  readonly url: string;
  readonly commands: CommandBody[] = [];
  readonly incidents: Incident[];
  /** Of all routes. */
  epoch = 4;
  /** What the list of rollouts waits for before it answers what it has read. */
  slowness: Promise<void> = Promise.resolve();
  private readonly server: FastifyInstance;
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly rollouts: RolloutDetail[];
  private sequence = 0;

  private constructor(server: FastifyInstance, rollouts: RolloutDetail[], incidents: Incident[], url: string) {
    this.incidents = incidents;
    this.server = server;
    this.rollouts = rollouts;
    this.url = url;
  }

  static async start(given: Given = {}): Promise<FakeApi> {
    const server = Fastify({ forceCloseConnections: true });
    const rollouts = [...(given.rollouts ?? [detailOf('r-digits-2', 'digits')])];
    const incidents = [
      ...(given.incidents ?? [incidentOf('digits', 'r-digits-2', given.text ?? 'all as it should be')]),
    ];
    pageRoutes(server);
    let fake: FakeApi | null = null;
    routes(server, rollouts, given, () => fake as FakeApi);
    await server.listen({ host: '127.0.0.1', port: given.port ?? 0 });
    const { port } = server.server.address() as AddressInfo;
    fake = new FakeApi(server, rollouts, incidents, `http://127.0.0.1:${port}`);
    return fake;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Changes a rollout as a workflow would, and tells all who follow. */
  change(rolloutId: string, parts: Partial<RolloutDetail>): void {
    const at = this.rollouts.findIndex((one) => one.rolloutId === rolloutId);
    const old = this.rollouts[at];
    if (old === undefined) throw new Error(`there is no ${rolloutId}`);
    const updatedAt = new Date().toISOString();
    const changed = { ...old, ...parts, revision: old.revision + 1, updatedAt };
    this.rollouts[at] = changed;
    this.tell('rollout', summaryFrom(changed));
  }

  tell(event: string, data: unknown): void {
    this.sequence += 1;
    this.changes.emit('event', `event: ${event}\nid: ${this.sequence}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  follow(stream: PassThrough): void {
    const write = (text: string) => void stream.write(text);
    this.changes.on('event', write);
    stream.on('close', () => this.changes.off('event', write));
    stream.write(
      `retry: 1000\n\nevent: reset\nid: ${this.sequence}\ndata: {"at":"2026-11-21T00:00:00Z","reason":"connected"}\n\n`,
    );
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}

type Query = Readonly<Record<string, string>>;

const problem = (status: number, detail: string) => ({ type: 'about:blank', title: '', status, detail, code: 'X' });

function routes(server: FastifyInstance, rollouts: RolloutDetail[], given: Given, fake: () => FakeApi): void {
  const { tokens = {}, text = 'all as it should be' } = given;
  const roleOf = (authorization: string | undefined): Role | null =>
    Object.keys(tokens).length === 0 ? 'admin' : (tokens[authorization?.replace('Bearer ', '') ?? ''] ?? null);
  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return;
    if (roleOf(request.headers.authorization) === null)
      return reply
        .status(401)
        .send(problem(401, request.headers.authorization ? 'the token is not known here' : 'a token is needed'));
  });
  server.get('/v1/me', async (request) => {
    const role = roleOf(request.headers.authorization) ?? 'viewer';
    return me.parse({ subject: 'dana', name: 'Dana', role, roles: [role, 'release'] });
  });
  server.get<{ Querystring: Record<string, string> }>('/v1/rollouts', async ({ query }) => {
    const wanted = rollouts.filter(
      (one) =>
        (query['status'] ?? one.status) === one.status &&
        (query['service'] ?? one.service) === one.service &&
        (query['needsMe'] !== 'true' || one.needsMe) &&
        `${one.rolloutId} ${one.service} ${one.owner}`.includes(query['search'] ?? ''),
    );
    const { items, next } = paged(wanted, query);
    const answer = rolloutPage.parse({ items: items.map(summaryFrom), next });
    await fake().slowness;
    return answer;
  });
  rolloutRoutes(server, rollouts, given);
  server.post<{ Body: CommandBody; Params: { service: string } }>(
    '/v1/services/:service/commands',
    async ({ body, params, headers }, reply) => {
      const role = roleOf(headers.authorization);
      if (role === 'viewer') return reply.status(403).send(problem(403, 'Dana is viewer, and this needs operator'));
      fake().commands.push(body);
      const found = rollouts.find(({ service }) => service === params.service);
      if (found && body.command === 'abort')
        fake().change(found.rolloutId, {
          status: 'aborted',
          weightPercent: 0,
          waiting: null,
          needsMe: false,
          reason: `aborted by Dana: ${body.reason}`,
        });
      if (found && (body.command === 'pause' || body.command === 'resume')) {
        const paused = { actor: 'dana', at: new Date().toISOString(), reason: body.reason ?? '' };
        fake().change(found.rolloutId, { paused: body.command === 'pause' ? paused : null });
      }
      if (found && body.command === 'approve')
        fake().change(found.rolloutId, {
          status: 'progressing',
          waiting: null,
          approval: null,
          needsMe: false,
          weightPercent: 50,
          step: 3,
          reason: 'approved by Dana',
        });
      return {
        accepted: true,
        decisionId: body.decisionId,
        rolloutId: found?.rolloutId,
        status: 'progressing',
        phase: 'canary',
        detail: `${body.command} is recorded`,
      };
    },
  );
  recordRoutes(server, text, fake);
  server.get('/v1/events', async (_, reply) => {
    const stream = new PassThrough();
    fake().follow(stream);
    return reply.type('text/event-stream').send(stream);
  });
}

/** As the api pages: `next` where there is more. */
function paged<T>(all: readonly T[], { cursor = '0', limit = '50' }: Query): { items: T[]; next: string | null } {
  const to = Number(cursor) + Number(limit);
  return { items: all.slice(Number(cursor), to), next: to < all.length ? String(to) : null };
}

function rolloutRoutes(server: FastifyInstance, rollouts: readonly RolloutDetail[], given: Given): void {
  server.get<{ Params: { id: string } }>('/v1/rollouts/:id', async ({ params }, reply) => {
    const found = rollouts.find(({ rolloutId }) => rolloutId === params.id);
    return found
      ? rolloutDetail.parse(found)
      : reply.status(404).send(problem(404, `no rollout ${params.id} is recorded`));
  });
  server.get<{ Params: { id: string } }>('/v1/rollouts/:id/decisions', async ({ params }) => ({
    decisions: decisionsOf(params.id),
    next: null,
  }));
  server.get<{ Params: { id: string } }>('/v1/rollouts/:id/series', async ({ params }) =>
    series.parse({ ...seriesOf(params.id), ...given.series }),
  );
  server.get<{ Querystring: Query }>('/v1/rollouts/:id/experiments', async ({ query }) => {
    const { items, next } = paged(given.looks ?? looksOf(), query);
    return { experiments: items, next };
  });
  server.get('/v1/rollouts/:id/impact', async () => ({
    impact: { data: null, note: 'There is no impact analysis yet.' },
  }));
  server.get('/v1/rollouts/:id/drift', async () => ({ drift: { data: driftOf(), note: null } }));
  server.get('/v1/services', async () => ({
    services: rollouts.slice(0, 20).map((one) => ({
      service: one.service,
      serving: {
        baseline: 'v1',
        candidate: 'v2',
        weightPercent: 25,
        shadowPercent: 0,
        epoch: 4,
        holdbackPercent: null,
      },
      rollout: summaryFrom(one),
    })),
    next: null,
  }));
}

/** What stands beside rollouts. */
function recordRoutes(server: FastifyInstance, text: string, fake: () => FakeApi): void {
  const target = (version: string) => ({ version, url: `http://127.0.0.1:8110/${version}` });
  server.get<{ Params: { service: string } }>('/v1/services/:service/route', async ({ params }) => ({
    route: {
      service: params.service,
      protocol: { kind: 'open-inference' },
      epoch: fake().epoch,
      rolloutId: 'r-digits-2',
      salt: 'r-digits-2',
      baseline: target('v1'),
      candidate: target('v2'),
      weightPercent: 25,
      shadowPercent: 10,
      leaseMs: 60_000,
    },
  }));
  server.get<{ Params: { service: string } }>('/v1/services/:service/flags', async ({ params }) => ({
    service: params.service,
    epoch: 4,
    audience: 'segments',
    segments: [{ name: 'eu-beta', when: { region: ['eu'], note: text }, percent: 50 }],
    others: [],
    holdback: null,
  }));
  incidentRoutes(server, text, fake);
  const line = {
    service: 'digits',
    monitor: 'errors',
    kind: 'logs',
    at: new Date().toISOString(),
    verdict: 'fail',
    reason: text,
  };
  server.get('/v1/monitors', async () => ({ monitors: [line], next: null }));
  const finding = {
    key: 'f',
    severity: 'critical',
    cause: 'version',
    version: 'v2',
    subject: text,
    message: text,
    value: 3,
    limit: 1,
  };
  const value = { metric: 'errors', subject: text, version: 'v2', value: 12, samples: 600 };
  server.get('/v1/monitors/:service/:monitor', async () => ({
    latest: { ...line, window: null, findings: [finding], values: [value] },
    readings: [line],
    next: null,
  }));
  const [first, second, third] = ['mv-0000000000000001', 'mv-0000000000000002', 'mv-0000000000000003'] as const;
  const versions = [
    { ...versionOf('digits', 'v2', second, [first, 'mv-00000000000000ff']), description: text, author: text },
    versionOf('digits', 'v1', first),
  ];
  const child = versionOf('digits-small', 'v1', third, [second]);
  server.get('/v1/models', async () => ({ models: [{ model: 'digits', versions: 2, newest: 'v2' }], next: null }));
  const oldest = versionOf('digits', 'v0', 'mv-00000000000000a0');
  server.get('/v1/models/:model/versions', async () => ({ versions, next: 'more' }));
  server.get<{ Params: { version: string } }>('/v1/models/:model/versions/:version', async ({ params }, reply) =>
    params.version === oldest.id
      ? oldest
      : reply.status(404).send(problem(404, `no version ${params.version} is registered`)),
  );
  server.get('/v1/models/:model/aliases', async () => ({
    aliases: [{ model: 'digits', alias: 'champion', id: first, version: 'v1' }],
  }));
  server.get<{ Querystring: { direction: string } }>(
    '/v1/models/:model/versions/:version/lineage',
    async ({ query }) =>
      query.direction === 'ancestors'
        ? {
            relatives: [{ version: versions[1], depth: 1 }],
            missing: ['mv-00000000000000ff'],
            isCircular: false,
            isTruncated: false,
          }
        : { relatives: [{ version: child, depth: 1 }], missing: [], isCircular: false, isTruncated: false },
  );
}

/** Whoever asks here shares a token, as with SLUICE_ADMIN_TOKEN: nobody is known by it. */
const UNPROVEN = { subject: 'admin', name: 'admin', roles: ['admin'], role: 'admin', isProven: false } as const;

function incidentRoutes(server: FastifyInstance, text: string, fake: () => FakeApi): void {
  server.get<{ Querystring: Query }>('/v1/incidents', async ({ query }) => {
    const { items, next } = paged(fake().incidents, query);
    return { incidents: items, next };
  });
  const found = (id: string) => fake().incidents.findIndex((one) => one.id === id);
  server.get<{ Params: { id: string } }>('/v1/incidents/:id', async ({ params }) => {
    const incident = fake().incidents[found(params.id)];
    return { incident, events: [{ key: 'a', kind: 'opened', at: incident?.openedAt, by: 'sluice', text }] };
  });
  server.post<{ Params: { id: string } }>('/v1/incidents/:id/ack', async ({ params, body }, reply) => {
    const at = found(params.id);
    const old = fake().incidents[at];
    if (old === undefined) return reply.status(404).send(problem(404, `there was never an incident ${params.id}`));
    try {
      const { by, reason } = saidOfIncident.parse(body);
      const acknowledged = { by: namedBy(UNPROVEN, by, 'by'), at: new Date().toISOString(), reason };
      fake().incidents[at] = { ...old, status: 'acknowledged', acknowledged };
      return fake().incidents[at];
    } catch (error) {
      return reply.status(400).send(problem(400, (error as Error).message));
    }
  });
}

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { LOG_RETENTION_DAYS } from '../domain/log-line.js';
import { duration } from '../domain/spec/duration.js';
import { serviceName, versionName } from '../domain/spec/target.js';
import { armsFromStore } from '../monitors/logs/arms.js';
import { createLogIntake, type LogIntake, type LogReceipt } from '../monitors/logs/intake.js';
import { type LogReport, logReport } from '../monitors/logs/report.js';
import type { PrunedLogs } from '../ports/log-store.js';
import type { Store } from '../ports/store.js';
import type { Guard } from './guard.js';
import { parseInput } from './problem.js';

const LARGEST_BODY_BYTES = 8 * 1024 * 1024;
const DAY_MS = 86_400_000;

const delivery = z
  .object({
    service: serviceName,
    version: versionName.optional(),
    source: z.string().min(1).max(200).optional(),
    sequence: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  })
  .refine(
    ({ source, sequence }) => (source === undefined) === (sequence === undefined),
    'expected both source and sequence, or neither',
  );
const ofService = z.object({ service: serviceName });
const reportQuery = z.object({ since: duration.prefault('24h') });
const pruneBody = z.strictObject({ keep: duration.prefault(`${LOG_RETENTION_DAYS}d`) });

/** Logs of gateways and model servers. The guard stands before all of it: what a log says is for those who run the service. */
export function logRoutes(server: FastifyInstance, store: Store, guard: Guard): void {
  const intake = createLogIntake(store.logs);
  // In a scope of its own: only here are bodies bytes, whatever they say that they are.
  void server.register(async (scope) => intakeRoute(scope, intake, guard));

  server.get('/v1/logs/:service/report', { onRequest: guard }, async (request): Promise<LogReport> => {
    const { service } = parseInput(ofService, request.params, 'USAGE');
    const { since } = parseInput(reportQuery, request.query, 'USAGE');
    const until = new Date().toISOString();
    const span = { service, since: new Date(Date.parse(until) - since).toISOString(), until };
    return logReport(store.logs, armsFromStore(store), span);
  });

  server.post('/v1/logs/prune', { onRequest: guard }, async (request): Promise<PrunedLogs> => {
    const { keep } = parseInput(pruneBody, request.body ?? {}, 'USAGE');
    // Of a day that has begun nothing is dropped, so the last one is always kept.
    if (keep < DAY_MS) throw new SluiceError('USAGE', `keep: ${keep} ms is less than 1d`);
    const pruned = await store.logs.prune(new Date(Date.now() - keep).toISOString());
    request.log.info({ pruned, keepMs: keep }, 'logs pruned');
    return pruned;
  });
}

/** 202 says that it is kept; `added` is false for a repeat. */
function intakeRoute(scope: FastifyInstance, intake: LogIntake, guard: Guard): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const options = { onRequest: guard, bodyLimit: LARGEST_BODY_BYTES };
  scope.post('/v1/logs', options, async (request, reply): Promise<LogReceipt> => {
    const { service, version = '', source, sequence } = parseInput(delivery, request.query, 'USAGE');
    const receipt = await intake.take({
      service,
      version,
      key: source === undefined || sequence === undefined ? null : { source, sequence },
      body: await unpacked(request),
      receivedAt: new Date().toISOString(),
    });
    reply.status(202);
    return receipt;
  });
}

/** @throws {SluiceError} USAGE for what is no gzip, or more than the limit */
async function unpacked({ body, headers }: FastifyRequest): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return bytes;
  if (encoding !== 'gzip') throw new SluiceError('USAGE', `content-encoding ${encoding} is neither gzip nor identity`);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_BODY_BYTES });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new SluiceError(
      'USAGE',
      isTooLarge ? `the body unpacks to more than ${LARGEST_BODY_BYTES} bytes` : 'the body is damaged gzip',
    );
  }
}

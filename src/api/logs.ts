import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DAY_MS } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import { LOG_RETENTION_DAYS } from '../domain/log-line.js';
import { armsFromStore } from '../monitors/logs/arms.js';
import { createLogIntake, type LogIntake } from '../monitors/logs/intake.js';
import { logReport } from '../monitors/logs/report.js';
import type { Store } from '../ports/store.js';
import { getLogReport, pruneOldLogs, takeLogs } from './endpoints/intake.js';
import { serve } from './serve.js';

const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** Logs of gateways and model servers. What a log says is for those who run the service: viewers don't see it. */
export function logRoutes(server: FastifyInstance, store: Store): void {
  const intake = createLogIntake(store.logs);
  // In a scope of its own: only here are bodies bytes, whatever they say that they are.
  void server.register(async (scope) => intakeRoute(scope, intake));

  serve(server, getLogReport, async ({ params: { service }, query: { since } }) => {
    const until = new Date().toISOString();
    const span = { service, since: new Date(Date.parse(until) - since).toISOString(), until };
    return logReport(store.logs, armsFromStore(store), span);
  });

  serve(server, pruneOldLogs, async ({ body, request }) => {
    const keep = body?.keep ?? LOG_RETENTION_DAYS * DAY_MS;
    // Of a day that has begun nothing is dropped, so the last one is always kept.
    if (keep < DAY_MS) throw new SluiceError('USAGE', `keep: ${keep} ms is less than 1d`);
    const pruned = await store.logs.prune(new Date(Date.now() - keep).toISOString());
    request.log.info({ pruned, keepMs: keep }, 'logs pruned');
    return pruned;
  });
}

/** 202 says that it is kept; `added` is false for a repeat. */
function intakeRoute(scope: FastifyInstance, intake: LogIntake): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  serve(scope, takeLogs, async ({ query: { service, version = '', source, sequence }, request }) =>
    intake.take({
      service,
      version,
      key: source === undefined || sequence === undefined ? null : { source, sequence },
      body: await unpacked(request),
      receivedAt: new Date().toISOString(),
    }),
  );
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

import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { Report } from '../domain/report.js';
import type { ReportData } from '../ports/report-data.js';
import { buildReport } from '../report/build-report.js';
import { getReport, getReportPage } from './endpoints/rollouts.js';
import { serve } from './serve.js';

/** Reports of rollouts, made when they are asked for. */
export function reportRoutes(server: FastifyInstance, data: ReportData): void {
  const reportOf = oneAtATime(async (name) => {
    const state = await data.find(name);
    if (state === null)
      throw new SluiceError('NOT_FOUND', `no rollout ${name} and no rollout of a service ${name} is recorded`);
    return buildReport(data, state, new Date().toISOString());
  });

  serve(server, getReport, async ({ params: { rolloutId } }) => reportOf(rolloutId));

  serve(server, getReportPage, async ({ params: { rolloutId }, reply }) => {
    const report = await reportOf(rolloutId);
    // Loaded when the first page is asked for: drawing is heavy, and a collector may never need it.
    const { POLICY, renderPage } = await import('../report/html/page.js');
    reply.header('content-security-policy', POLICY);
    return renderPage(report);
  });
}

/** A report reads much: whoever asks for the one that is being made gets that, and another waits. */
function oneAtATime(make: (name: string) => Promise<Report>): (name: string) => Promise<Report> {
  const making = new Map<string, Promise<Report>>();
  let last: Promise<unknown> = Promise.resolve();
  return (name) => {
    const shared = making.get(name);
    if (shared !== undefined) return shared;
    const made = last.then(() => make(name)).finally(() => making.delete(name));
    last = made.catch(() => undefined);
    making.set(name, made);
    return made;
  };
}

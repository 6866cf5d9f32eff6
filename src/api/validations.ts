import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { ValidationResults } from '../ports/validation-results.js';
import { getValidation, listValidations } from './endpoints/records.js';
import { pageOf } from './page-of.js';
import { serve } from './serve.js';

/** Reports of validation suites, newest first. Only workers and `sluice validate` write them. */
export function validationRoutes(
  server: FastifyInstance,
  results: Pick<ValidationResults, 'report' | 'reports'>,
): void {
  serve(server, listValidations, async ({ query: { service, candidate, ...paging } }) => {
    const filter = { service, ...(candidate === undefined ? {} : { candidate }) };
    const { items, next } = await pageOf(paging, (limit) => results.reports({ ...filter, limit }), {
      endedAt: 'down',
      id: 'up',
    });
    return { validations: items, next };
  });

  serve(server, getValidation, async ({ params: { id } }) => {
    const report = await results.report(id);
    if (report === null) throw new SluiceError('NOT_FOUND', `no validation ${id} is kept`);
    return report;
  });
}

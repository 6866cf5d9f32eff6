import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { serviceName, versionName } from '../domain/spec/target.js';
import { VALIDATION_ID, type ValidationReport } from '../domain/validation.js';
import type { ValidationResults, ValidationSummary } from '../ports/validation-results.js';
import { parseInput } from './problem.js';

const params = z.object({
  id: z
    .string()
    .regex(VALIDATION_ID, 'expected 1 to 200 letters, digits and . _ : -, beginning with one of the first two'),
});
const query = z.object({
  service: serviceName,
  candidate: versionName.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

/** Reports of validation suites, newest first. Reading them is free; only workers and `sluice validate` write them. */
export function validationRoutes(
  server: FastifyInstance,
  results: Pick<ValidationResults, 'report' | 'reports'>,
): void {
  server.get('/v1/validations', async (request): Promise<{ validations: ValidationSummary[] }> => {
    const { service, candidate, limit } = parseInput(query, request.query, 'USAGE');
    const filter = { service, limit, ...(candidate === undefined ? {} : { candidate }) };
    return { validations: await results.reports(filter) };
  });

  server.get('/v1/validations/:id', async (request): Promise<ValidationReport> => {
    const { id } = parseInput(params, request.params, 'USAGE');
    const report = await results.report(id);
    if (report === null) throw new SluiceError('NOT_FOUND', `no validation ${id} is kept`);
    return report;
  });
}

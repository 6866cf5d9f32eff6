import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { describeError, SluiceError } from '../domain/errors.js';
import { FEEDBACK_KINDS } from '../domain/observation.js';
import { pathPrefix, pathsOverlap } from '../domain/protocol.js';
import type { Route } from '../domain/route.js';
import { duration } from '../domain/spec/duration.js';
import { flags } from '../domain/spec/flags.js';
import { modelTarget, protocol, serviceName } from '../domain/spec/target.js';
import { readDocument } from '../yaml/read-document.js';

export const gatewayConfig = z
  .strictObject({
    sluice: z.literal('gateway/v1'),
    services: z.array(z.strictObject({ service: serviceName, baseline: modelTarget, protocol })).min(1),
    /** Share of predictions that are recorded one by one; all are counted. */
    predictionSample: z.number().min(0).max(1).default(1),
    /** Until a model server's answer begins, and between two of its parts. */
    answerTimeoutMs: z.int().min(1).max(600_000).optional(),
    /** How long feedback of a kind is waited for, where it is not the default. */
    feedback: z
      .strictObject({
        lateAfter: z.partialRecord(z.enum(FEEDBACK_KINDS), duration).optional(),
        /** Whether users may say what a unit did. It proves nothing: whoever knows a unit's key may say it. */
        units: z.boolean().default(true),
      })
      .optional(),
    /** Feature flags by key, until a command changes them. */
    flags: flags.optional(),
  })
  .superRefine(({ services }, ctx) => {
    for (const [index, { service, protocol: read }] of services.entries()) {
      const prefix = pathPrefix(read);
      const twin = services.findIndex(
        (other) => other.service === service || pathsOverlap(pathPrefix(other.protocol), prefix),
      );
      if (twin < index)
        ctx.addIssue({
          code: 'custom',
          path: ['services', index],
          message: `service ${service} is given twice, or requests under ${prefix} are another’s`,
        });
    }
  });

/** What a gateway serves before any rollout. */
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** @throws {DocumentError} with line and column; {SluiceError} USAGE when the file can't be read */
export async function loadGatewayConfig(path: string): Promise<GatewayConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  return readDocument(text, gatewayConfig, path);
}

/** The routes of epoch 0: baselines only. */
export function initialRoutes({ services }: GatewayConfig): Route[] {
  return services.map(({ service, baseline, protocol: read }) => ({
    service,
    protocol: read,
    epoch: 0,
    rolloutId: null,
    salt: service,
    baseline,
    candidate: null,
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
  }));
}

import { z } from 'zod';
import { duration } from './duration.js';
import { insecure, isSafeToCall, receiverUrl, secretRef } from './receiver.js';

/** Names of Kubernetes. Source: RFC 1123 labels and subdomains, as the API server checks them. */
const k8sLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a namespace of Kubernetes');
const k8sName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'expected a name of Kubernetes');
const MOST_REPLICAS = 10_000;
const replicas = z.int().min(0).max(MOST_REPLICAS);

const target = z
  .discriminatedUnion('driver', [
    z.strictObject({
      driver: z.literal('local'),
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits and hyphens')
        .describe('Of a model server in SLUICE_LOCAL_MODELS: what is run there is its operator’s matter.'),
    }),
    z.strictObject({
      driver: z.literal('http'),
      url: receiverUrl.describe('Is asked for replicas, and told how many there are to be.'),
      secretRef: secretRef.optional().describe('Signs as Standard Webhooks do. Default: nothing is signed.'),
      timeout: duration
        .prefault('10s')
        .refine((ms) => ms <= 60_000, 'one call may take 1m at most')
        .describe('Of one call.'),
      insecure,
    }),
    z.strictObject({
      driver: z.literal('kubernetes'),
      namespace: k8sLabel,
      workload: z.enum(['deployments', 'statefulsets']).default('deployments'),
      name: k8sName,
    }),
  ])
  .refine((each) => each.driver !== 'http' || isSafeToCall(each.url, each.insecure), {
    path: ['url'],
    error: 'http to another machine; use https, or say insecure: true',
  });
export type ScalingTarget = z.output<typeof target>;
export type ScalingTargetOf<Driver extends ScalingTarget['driver']> = Extract<ScalingTarget, { driver: Driver }>;

/** How many model servers there are before traffic comes, and after it has gone. */
export const scaling = z
  .strictObject({
    candidate: target.describe('What serves the candidate.'),
    baseline: target.optional().describe('Is scaled down once the baseline no longer stays warm. Default: it stays.'),
    replicasAt: z
      .array(z.strictObject({ weight: z.number().min(0).max(100), replicas: replicas.min(1) }))
      .min(1)
      .max(100)
      .optional()
      .describe('From each weight on, so many.'),
    percentPerReplica: z.number().gt(0).max(100).optional().describe('What one replica can carry of the traffic.'),
    min: replicas.min(1).default(1).describe('The fewest while there is a rollout, also below the first weight.'),
    max: replicas.min(1).default(100).describe('The most that are ever asked for.'),
    idle: replicas.default(0).describe('Of a version that is out of the traffic.'),
    readyTimeout: duration.prefault('5m').describe('Until all must be ready, before the weight rises.'),
    poll: duration.prefault('2s').describe('Between two questions whether they are.'),
    onFailure: z
      .enum(['hold', 'continue'])
      .default('hold')
      .describe('Where they are not ready in time: a person decides, or the weight rises all the same.'),
  })
  .superRefine(({ replicasAt, percentPerReplica, min, max }, ctx) => {
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if ((replicasAt === undefined) === (percentPerReplica === undefined))
      refuse(['replicasAt'], 'expected exactly one of replicasAt and percentPerReplica');
    if (min > max) refuse(['min'], `min ${min} is above max ${max}`);
    for (const [index, { weight, replicas: wanted }] of (replicasAt ?? []).entries()) {
      const before = replicasAt?.[index - 1];
      if (wanted > max) refuse(['replicasAt', index, 'replicas'], `${wanted} replicas are above max ${max}`);
      if (before === undefined) continue;
      if (weight <= before.weight)
        refuse(['replicasAt', index, 'weight'], `weight ${weight} does not come after ${before.weight}`);
      if (wanted < before.replicas)
        refuse(['replicasAt', index, 'replicas'], `${wanted} are fewer than ${before.replicas} at a lower weight`);
    }
  });
export type Scaling = z.output<typeof scaling>;

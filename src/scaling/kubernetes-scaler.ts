import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { ScalingTargetOf } from '../domain/spec/scaling.js';
import { type KubernetesClient, ResourceConflict } from './kubernetes-client.js';
import type { ScalingDriver } from './scaler.js';

type Target = ScalingTargetOf<'kubernetes'>;

// Kubernetes leaves out what is 0.
const count = z.int().min(0).default(0);
const scaleAnswer = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1) }),
  spec: z.object({ replicas: count }).prefault({}),
});
const workloadAnswer = z.object({
  metadata: z.object({ generation: count }),
  spec: z.object({ replicas: z.int().min(0).default(1) }).prefault({}),
  status: z.object({ observedGeneration: count, readyReplicas: count, updatedReplicas: count }).prefault({}),
});

/** An autoscaler may write at the same time. */
const MOST_TRIES = 5;

/**
 * The `scale` subresource of a Deployment or StatefulSet. Needs `get` on the workload, and `get` and `patch` on its `scale`. A write names the
 * version it has read, so that nobody else's is lost.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/ (resource versions, merge patch)
 */
export function createKubernetesScaler(client: KubernetesClient): ScalingDriver<Target> {
  const readScale = async (target: Target, signal: AbortSignal) => {
    const path = `${pathOf(target)}/scale`;
    return readAs(scaleAnswer, path, await client.get(path, signal));
  };
  return {
    replicas: async (target, _, signal) => (await readScale(target, signal)).spec.replicas,
    scale: async (target, replicas, _, signal) => {
      for (let attempt = 1; ; attempt += 1) {
        const { metadata, spec } = await readScale(target, signal);
        if (spec.replicas === replicas) return;
        const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { replicas } };
        try {
          await client.mergePatch(`${pathOf(target)}/scale`, patch, signal);
          return;
        } catch (error) {
          if (!(error instanceof ResourceConflict) || attempt === MOST_TRIES) throw error;
        }
      }
    },
    ready: async (target, _, signal) => {
      const path = pathOf(target);
      const { metadata, spec, status } = readAs(workloadAnswer, path, await client.get(path, signal));
      // Until the controller has seen the change, what it says is of the time before.
      const isSeen = status.observedGeneration >= metadata.generation;
      return { ready: isSeen ? Math.min(status.readyReplicas, status.updatedReplicas) : 0, wanted: spec.replicas };
    },
  };
}

function pathOf({ namespace, workload, name }: Target): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${workload}/${encodeURIComponent(name)}`;
}

function readAs<T>(schema: z.ZodType<T>, path: string, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join('.') || 'all of it').join(', ');
  throw new SluiceError('SCALING_FAILED', `kubernetes: ${path}: the answer has another shape (${fields})`);
}

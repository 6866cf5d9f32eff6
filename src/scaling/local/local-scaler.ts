import { SluiceError } from '../../domain/errors.js';
import type { ScalingTargetOf } from '../../domain/spec/scaling.js';
import type { ScalingDriver } from '../scaler.js';
import { type Front, openFront } from './front.js';
import type { LocalModels } from './local-models.js';
import { ReplicaPool } from './replica-pool.js';

/** Model servers as processes of this machine: they live as long as this does. */
export interface LocalScaler extends ScalingDriver<ScalingTargetOf<'local'>> {
  /** Where each is reached, by name. */
  readonly ports: Readonly<Record<string, number>>;
  /** Of the replicas that run, by name. */
  pids(name: string): readonly number[];
  stop(): Promise<void>;
}

/** For requests under way when all of it ends. */
const LAST_DRAIN_MS = 2000;

interface Service {
  readonly pool: ReplicaPool;
  readonly front: Front;
  readonly max: number;
}

/** Opens all the fronts, and starts what is to run from the start. @throws where a port is taken; nothing runs then */
export async function startLocalModels(models: LocalModels): Promise<LocalScaler> {
  const services = new Map<string, Service>();
  const stop = async () => {
    await Promise.all([...services.values()].map(({ pool }) => pool.stop(LAST_DRAIN_MS)));
    await Promise.all([...services.values()].map(({ front }) => front.close()));
  };
  try {
    for (const [name, model] of Object.entries(models)) {
      const pool = new ReplicaPool(model);
      services.set(name, { pool, front: await openFront(pool, model.listen), max: model.max });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  for (const [name, { replicas }] of Object.entries(models)) services.get(name)?.pool.scale(replicas);
  const find = ({ name }: { name: string }): Service => {
    const found = services.get(name);
    if (found !== undefined) return found;
    const known = [...services.keys()].join(', ') || 'nothing';
    throw new SluiceError('SCALING_REFUSED', `SLUICE_LOCAL_MODELS has no ${name}; it has ${known}`);
  };
  return {
    ports: Object.fromEntries([...services].map(([name, { front }]) => [name, front.port])),
    pids: (name) => find({ name }).pool.pids,
    replicas: async (target) => find(target).pool.wanted,
    scale: async (target, replicas) => {
      const { pool, max } = find(target);
      if (replicas > max)
        throw new SluiceError('SCALING_REFUSED', `${replicas} replicas of ${target.name} are above its max of ${max}`);
      pool.scale(replicas);
    },
    ready: async (target) => {
      const { pool } = find(target);
      return { ready: pool.ready, wanted: pool.wanted };
    },
    stop,
  };
}

import { type GatewayOptions, type RunningGateway, startGateway } from '../gateway.js';
import { callHttp } from '../http-call.js';
import type { VersionCounts } from '../stats.js';
import { WORKER_ENV, type WorkerMessage } from './crew.js';

/** The number of this process in a cluster; null where it is none of its workers. */
export function workerIndex(env: NodeJS.ProcessEnv = process.env): number | null {
  const index = env[WORKER_ENV.index];
  return index === undefined ? null : Number(index);
}

/** Starts one worker: it shares the users' port with the others, takes commands from its primary alone, and keeps no state of its own. */
export async function startWorkerProcess(
  { gatewayId, ...options }: GatewayOptions,
  index: number,
): Promise<RunningGateway> {
  const { [WORKER_ENV.token]: adminToken = '', [WORKER_ENV.primary]: primary = '' } = process.env;
  const running = await startGateway({
    ...options,
    gatewayId: `${gatewayId}/${index}`,
    worker: {
      index,
      async countsOfAll() {
        const url = `${primary}/v1/counts`;
        const { text } = await callHttp({ method: 'GET', url, token: adminToken, timeoutMs: 1000 });
        return JSON.parse(text) as VersionCounts[];
      },
    },
    adminHost: '127.0.0.1',
    adminPort: 0,
    adminToken,
    peers: () => [primary],
  }).catch((error: unknown) => {
    // The channel would keep a process that serves nobody, and its primary would wait for it.
    process.channel?.unref();
    throw error;
  });
  const message: WorkerMessage = { dataUrl: running.dataUrl, adminUrl: running.adminUrl };
  process.send?.(message);
  // Nobody is left to tell it anything.
  process.once('disconnect', () => process.exit(1));
  return running;
}

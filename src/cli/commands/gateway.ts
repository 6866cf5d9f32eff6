import { join } from 'node:path';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import { followCertificate, readCertificate } from '../../gateway/certificate.js';
import { startPrimary } from '../../gateway/cluster/primary.js';
import { startWorkerProcess, workerIndex } from '../../gateway/cluster/worker.js';
import { loadGatewayConfig } from '../../gateway/config.js';
import { type GatewayOptions, startGateway } from '../../gateway/gateway.js';
import { type FolderLock, lockFolder } from '../../process/folder-lock.js';
import { logToStderr } from '../../process/log.js';
import { liveness } from '../../process/process-identity.js';
import { untilSignal } from '../until-signal.js';

export interface GatewayCommandOptions {
  readonly config: string;
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly workers: number;
  readonly peers: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly collector?: string;
  readonly stateDir: string;
  readonly accessLog?: string;
}

export async function gateway(given: GatewayCommandOptions): Promise<void> {
  const options = await optionsOf(given);
  const index = workerIndex();
  const lock = index === null ? await ownState(options.stateDir) : null;
  const running = await (index !== null
    ? startWorkerProcess(options, index)
    : given.workers > 1
      ? startPrimary(options, given.workers)
      : startGateway(options));
  const { tlsCert: certPath, tlsKey: keyPath } = given;
  if (certPath !== undefined && keyPath !== undefined && options.tls !== undefined)
    followCertificate({ certPath, keyPath }, options.tls, {
      take: (renewed) => running.renewCertificate(renewed),
      log: logToStderr,
    });
  await untilSignal();
  await running.close();
  await lock?.release();
  // A worker's channel to its primary would keep it alive.
  if (index !== null) process.exit(0);
}

/**
 * Two gateways in one folder would write each other's routes and send each other's records.
 * Who can't be seen from here counts as gone: a volume that moves to another machine must not keep users waiting.
 */
async function ownState(stateDir: string): Promise<FolderLock> {
  return lockFolder(join(stateDir, 'lock'), async (owner) => ((await liveness(owner)) === 'alive' ? 'alive' : 'dead'));
}

async function optionsOf(given: GatewayCommandOptions): Promise<GatewayOptions> {
  const { id, collector, config, peers, tlsCert, tlsKey, workers: _, ...rest } = given;
  const { SLUICE_PREDICTION_KEY: predictionKey, SLUICE_ADMIN_TOKEN: adminToken } = process.env;
  const { apiToken } = readConfig();
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new SluiceError('USAGE', '--tls-cert and --tls-key belong together');
  const tls = tlsCert === undefined || tlsKey === undefined ? null : await readCertificate(tlsCert, tlsKey);
  return {
    ...rest,
    gatewayId: id,
    config: await loadGatewayConfig(config),
    collectorUrl: collector ?? null,
    peers: () => peers,
    ...(tls === null ? {} : { tls, adminTls: tls }),
    ...(predictionKey === undefined ? {} : { predictionKey }),
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(apiToken === null ? {} : { collectorToken: apiToken }),
  };
}

import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axios from 'axios';
import { apiParts } from '../api/from-environment.js';
import { startApi } from '../api/server.js';
import { readConfig } from '../config.js';
import { SluiceError } from '../domain/errors.js';
import { PredictionIds } from '../gateway/prediction-id.js';
import { predictionKey } from '../gateway/prediction-key.js';
import { keySetOf } from '../identity/key-set.js';
import { endChild, spawnSluice } from '../process/child-process.js';
import { openStore } from '../stores/open-store.js';
import { temporalSettings } from '../temporal/connection.js';
import { ensureTemporalServer, type TemporalServer } from '../temporal/dev-server.js';
import { runtimeSettings } from '../worker/options.js';
import { startWorker } from '../worker/worker.js';

export interface StackOptions {
  readonly stateDir: string;
  readonly dataDir: string;
  readonly gatewayConfig: string;
  readonly temporalPort: number;
  readonly uiPort: number;
  readonly gatewayPort: number;
  readonly adminPort: number;
  readonly apiPort: number;
  /** Where the gateway writes a line for each answer; absent: nowhere. */
  readonly accessLog?: string;
  readonly report: (line: string) => void;
}

export interface Stack {
  readonly temporal: TemporalServer;
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  readonly apiUrl: string;
  /** Rejects when a part ends by itself; never resolves. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Everything on one machine: worker, api and store in this process; gateway and Temporal's dev server as its children. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateDir, dataDir, report } = options;
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const config = readConfig();
    const { adminToken, identityKeys } = config;
    const keys = await keySetOf(identityKeys);
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const store = await openStore(
      process.env['DATABASE_URL'] ? { databaseUrl: process.env['DATABASE_URL'] } : { dataDir: join(stateDir, 'store') },
    );
    undo.push(() => store.close());
    const temporal = await ensureTemporalServer({
      stateDir,
      port: options.temporalPort,
      uiPort: options.uiPort,
      report,
    });
    undo.push(() => temporal.stop());
    const adminUrl = `http://${HOST}:${options.adminPort}`;
    const parts = await apiParts(
      { ...config, gatewayAdminUrls: [adminUrl] },
      store,
      temporalSettings(temporal.address),
      temporal.uiUrl,
    );
    undo.push(() => parts.close());
    const api = await startApi({ ...parts.deps, host: HOST, port: options.apiPort });
    undo.push(() => api.close());
    const gateway = startGatewayProcess(options, api.url);
    undo.push(() => endChild(gateway));
    await untilHealthy(gateway, adminUrl, join(stateDir, 'gateway.log'));
    const ids = new PredictionIds(await predictionKey(process.env['SLUICE_PREDICTION_KEY'], join(stateDir, 'gateway')));
    const worker = await startWorker({
      temporal: temporalSettings(temporal.address),
      store,
      config,
      gatewayAdminUrls: [adminUrl],
      adminToken,
      dataDir,
      identityKeys: keys,
      runtime: runtimeSettings(),
      hashUnit: (unit) => ids.hashUnit(unit),
    });
    undo.push(() => worker.stop());
    const failed = Promise.race([worker.ended.then(() => fail('the worker ended')), exitOf(gateway)]);
    failed.catch(() => undefined);
    return { temporal, gatewayUrl: `http://${HOST}:${options.gatewayPort}`, adminUrl, apiUrl: api.url, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startGatewayProcess(options: StackOptions, collectorUrl: string): ChildProcess {
  const { stateDir, gatewayConfig, gatewayPort, adminPort } = options;
  const args = ['gateway', '--config', gatewayConfig, '--port', String(gatewayPort), '--admin-port', String(adminPort)];
  args.push('--collector', collectorUrl, '--state-dir', join(stateDir, 'gateway'), '--id', 'gateway-1');
  if (options.accessLog !== undefined) args.push('--access-log', options.accessLog);
  return spawnSluice(args, { logPath: join(stateDir, 'gateway.log') });
}

async function untilHealthy(child: ChildProcess, adminUrl: string, logPath: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) fail(`the gateway ended with code ${child.exitCode}; see ${logPath}`);
    try {
      await axios.get(`${adminUrl}/healthz`, { proxy: false, timeout: 1000 });
      return;
    } catch (error) {
      if (performance.now() > deadline)
        throw new SluiceError('GATEWAY_UNREACHABLE', `${adminUrl} is not healthy; see ${logPath}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function exitOf(child: ChildProcess): Promise<never> {
  const code = await new Promise((resolve) => child.once('exit', resolve));
  return fail(`the gateway ended with code ${String(code)}`);
}

function fail(message: string): never {
  throw new SluiceError('GATEWAY_UNREACHABLE', message);
}

import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { describeError, SluiceError } from '../domain/errors.js';

/** How to reach Temporal, from the official environment variables and configuration file (TEMPORAL_ADDRESS, _NAMESPACE, _TLS…, _API_KEY). */
export interface TemporalSettings {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly address: string;
  readonly namespace: string;
}

export const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** @throws {SluiceError} USAGE when a variable or the configuration file can't be read */
export function temporalSettings(address?: string): TemporalSettings {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const target = address ?? connectionOptions.address ?? DEFAULT_ADDRESS;
    return {
      connectionOptions: { ...connectionOptions, address: target },
      address: target,
      namespace: namespace ?? 'default',
    };
  } catch (error) {
    throw new SluiceError('USAGE', `Temporal configuration: ${describeError(error)}`, { cause: error });
  }
}

export interface TemporalLink {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  close(): Promise<void>;
}

/** @throws {SluiceError} TEMPORAL_UNAVAILABLE naming the address */
export async function connectTemporal(
  settings: TemporalSettings,
  connectTimeoutMs = 5000,
  identity?: string,
): Promise<TemporalLink> {
  const { connectionOptions, address, namespace } = settings;
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: connectTimeoutMs });
    return {
      client: new Client({ connection, namespace, ...(identity === undefined ? {} : { identity }) }),
      connection,
      namespace,
      close: () => connection.close(),
    };
  } catch (error) {
    throw new SluiceError('TEMPORAL_UNAVAILABLE', `no Temporal server at ${address}: ${describeError(error)}`, {
      cause: error,
    });
  }
}

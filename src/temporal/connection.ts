import { Client, type ClientOptions, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { describeError, SluiceError } from '../domain/errors.js';
import { codecDataConverter } from './codec/data-converter.js';
import { openTracing } from './tracing/tracing.js';

/** How to reach Temporal, from the official environment variables and configuration file (TEMPORAL_ADDRESS, _NAMESPACE, _TLS…, _API_KEY). */
export interface TemporalSettings {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly address: string;
  readonly namespace: string;
  /** What payloads are encrypted with (SLUICE_CODEC_KEYS); null where they are not. */
  readonly dataConverter: DataConverter | null;
}

const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** @throws {SluiceError} USAGE when a variable, the configuration file or the file of keys can't be read */
export function temporalSettings(address?: string): TemporalSettings {
  const dataConverter = codecDataConverter();
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const target = address ?? connectionOptions.address ?? DEFAULT_ADDRESS;
    return {
      connectionOptions: { ...connectionOptions, address: target },
      address: target,
      namespace: namespace ?? 'default',
      dataConverter,
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
  const tracing = await openTracing();
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: connectTimeoutMs });
    const options: ClientOptions = {
      connection,
      namespace,
      ...(settings.dataConverter === null ? {} : { dataConverter: settings.dataConverter }),
      ...(tracing === null ? {} : { interceptors: { workflow: [tracing.clientInterceptor] } }),
      ...(identity === undefined ? {} : { identity }),
    };
    return {
      client: new Client(options),
      connection,
      namespace,
      close: async () => {
        await tracing?.flush();
        await connection.close();
      },
    };
  } catch (error) {
    throw new SluiceError('TEMPORAL_UNAVAILABLE', `no Temporal server at ${address}: ${describeError(error)}`, {
      cause: error,
    });
  }
}

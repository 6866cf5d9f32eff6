import { loadGatewayConfig } from '../../gateway/config.js';
import { startGateway } from '../../gateway/gateway.js';
import { untilSignal } from '../until-signal.js';

export interface GatewayCommandOptions {
  readonly config: string;
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly collector?: string;
  readonly stateDir: string;
  readonly accessLog?: string;
}

export async function gateway(options: GatewayCommandOptions): Promise<void> {
  const { id, collector, config, ...rest } = options;
  const key = process.env['SLUICE_PREDICTION_KEY'];
  const running = await startGateway({
    ...rest,
    gatewayId: id,
    config: await loadGatewayConfig(config),
    collectorUrl: collector ?? null,
    ...(key === undefined ? {} : { predictionKey: key }),
  });
  await untilSignal();
  await running.close();
}

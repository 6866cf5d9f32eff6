import { type CommandSink, createCommandSink } from '../client/command-sink.js';
import { createAlertSink } from '../client/send-alert.js';
import type { Config } from '../config.js';
import { loadPrivateKey } from '../identity/private-key.js';
import type { AlertSink } from '../ports/alert-sink.js';
import type { Store } from '../ports/store.js';
import { logToStderr } from '../process/log.js';
import { openRegistry } from '../registry/open-registry.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { authSettings } from './auth/settings.js';
import type { ApiDeps } from './create-api.js';
import { createForce } from './force.js';

export interface ApiParts {
  readonly deps: ApiDeps & { readonly commands: CommandSink; readonly alerts: AlertSink };
  /** Ends connections to Temporal; the store stays open. */
  close(): Promise<void>;
}

/**
 * What an api is made of, as the environment says: tokens, ways to Temporal and the gateways, the registry.
 * @param uiUrl of Temporal's Web UI, where it is known
 * @throws {SluiceError} USAGE naming what is wrong with a variable or a file
 */
export async function apiParts(
  config: Config,
  store: Store,
  temporal: TemporalSettings,
  uiUrl: string | null = process.env['TEMPORAL_UI_URL'] || null,
): Promise<ApiParts> {
  const { adminToken, alertToken, gatewayAdminUrls, allowPrivate } = config;
  const auth = authSettings(allowPrivate, process.env, (message) => logToStderr('warn', message));
  const identity = process.env['SLUICE_IDENTITY'] || null;
  const key = identity === null ? null : await loadPrivateKey(identity);
  const commands = createCommandSink(temporal, { key });
  const alerts = createAlertSink(temporal);
  const deps = {
    store,
    adminToken,
    alertToken,
    auth,
    alerts,
    commands,
    force: createForce(store, { gatewayAdminUrls, adminToken }),
    models: openRegistry(config, store),
    webUi: uiUrl === null ? null : { url: uiUrl.replace(/\/$/, ''), namespace: temporal.namespace },
  };
  return { deps, close: async () => void (await Promise.all([commands.close(), alerts.close()])) };
}

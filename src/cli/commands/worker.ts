import { readConfig } from '../../config.js';
import { PredictionIds } from '../../gateway/prediction-id.js';
import { asKey } from '../../gateway/prediction-key.js';
import { keySetOf } from '../../identity/key-set.js';
import { logToStderr } from '../../process/log.js';
import { openStore } from '../../stores/open-store.js';
import { connectTemporal, temporalSettings } from '../../temporal/connection.js';
import { registerSearchAttributes } from '../../temporal/search-attribute-registry.js';
import { runtimeSettings } from '../../worker/options.js';
import { howToMakeCurrent } from '../../worker/versioning.js';
import { startWorker } from '../../worker/worker.js';
import { requireDatabase } from '../require-database.js';
import { untilSignal } from '../until-signal.js';

export async function worker(): Promise<void> {
  const config = readConfig();
  const identityKeys = await keySetOf(config.identityKeys);
  const temporal = temporalSettings();
  const runtime = runtimeSettings();
  const key = process.env['SLUICE_PREDICTION_KEY'];
  const ids = key ? new PredictionIds(asKey(key, 'SLUICE_PREDICTION_KEY')) : null;
  const store = await openStore({ databaseUrl: requireDatabase(config) });
  try {
    const link = await connectTemporal(temporal);
    await registerSearchAttributes(link.connection, link.namespace).finally(() => link.close());
    const running = await startWorker({
      temporal,
      store,
      config,
      gatewayAdminUrls: config.gatewayAdminUrls,
      adminToken: config.adminToken,
      dataDir: config.dataDir,
      identityKeys,
      runtime,
      ...(ids && { hashUnit: (unit: string) => ids.hashUnit(unit) }),
    });
    logToStderr('info', 'worker polls', { temporal: temporal.address, namespace: temporal.namespace });
    if (runtime.version) logToStderr('info', howToMakeCurrent(runtime.version), { ...runtime.version });
    await Promise.race([untilSignal(), running.ended]);
    await running.stop();
  } finally {
    await store.close();
  }
}

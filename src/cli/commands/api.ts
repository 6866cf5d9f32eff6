import { openAccessLog } from '../../api/access-log.js';
import { apiParts } from '../../api/from-environment.js';
import { startApi } from '../../api/server.js';
import { readConfig } from '../../config.js';
import { logToStderr } from '../../process/log.js';
import { openStore } from '../../stores/open-store.js';
import { temporalSettings } from '../../temporal/connection.js';
import { requireDatabase } from '../require-database.js';
import { untilSignal } from '../until-signal.js';

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly accessLog?: string;
}

export async function api({ host, port, accessLog }: ApiOptions): Promise<void> {
  const config = readConfig();
  const store = await openStore({ databaseUrl: requireDatabase(config) });
  const log = accessLog === undefined ? null : openAccessLog(accessLog);
  try {
    const parts = await apiParts(config, store, temporalSettings());
    try {
      const running = await startApi({
        ...parts.deps,
        host,
        port,
        ...(log === null ? {} : { accessLog: (line) => log.write(line) }),
      });
      logToStderr('info', 'api listens', { url: running.url });
      await untilSignal();
      await running.close();
    } finally {
      await parts.close();
    }
  } finally {
    await log?.close();
    await store.close();
  }
}

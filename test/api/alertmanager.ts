import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import axios from 'axios';
import { endChild } from '../../src/process/child-process.js';
import { freePort } from '../setup/free-port.js';

/** Its own name, or Debian's; null where it is not installed. */
export const alertmanagerBinary =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => ['prometheus-alertmanager', 'alertmanager'].map((name) => join(folder, name)))
    .find(isProgram) ?? null;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real Alertmanager, as docs/operations.md configures it, that waits for nothing. */
export async function startAlertmanager({ url, token }: { url: string; token: string }) {
  if (alertmanagerBinary === null) throw new Error('no Alertmanager on PATH');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-alertmanager-'));
  const receiver = {
    name: 'sluice',
    webhook_configs: [{ url, send_resolved: true, http_config: { authorization: { credentials: token } } }],
  };
  const route = { receiver: 'sluice', group_by: ['service', 'alertname'], group_wait: '100ms', group_interval: '1s' };
  // JSON is YAML.
  await writeFile(join(folder, 'alertmanager.yml'), JSON.stringify({ route, receivers: [receiver] }));
  const port = await freePort();
  const child = spawn(
    alertmanagerBinary,
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const http = axios.create({ baseURL: `http://127.0.0.1:${port}`, proxy: false, timeout: 5000 });
  await untilReady(() => http.get('/-/ready'));
  return {
    raise: (labels: Record<string, string>, summary: string) =>
      http.post('/api/v2/alerts', [{ labels, annotations: { summary } }]),
    resolve: (labels: Record<string, string>) =>
      http.post('/api/v2/alerts', [{ labels, endsAt: new Date().toISOString() }]),
    stop: async () => {
      await endChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

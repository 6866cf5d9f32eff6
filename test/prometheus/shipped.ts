import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { freePort } from '../setup/free-port.js';
import { startProgram } from '../setup/program.js';
import { alertmanagerProgram, prometheusBinary } from './programs.js';

const SHIPPED = 'deploy/prometheus';
type Change = readonly [from: string | RegExp, to: string];

/** A shipped file with other addresses and shorter times. @throws where it no longer has what is to be changed */
async function shipped(path: string, changes: readonly Change[]): Promise<string> {
  let text = await readFile(join(SHIPPED, path), 'utf8');
  for (const [from, to] of changes) {
    const changed = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
    if (changed === text) throw new Error(`${path} has no ${String(from)}`);
    text = changed;
  }
  return text;
}

/** A sample of Prometheus' answer: [seconds since 1970, value]. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export interface Monitoring {
  readonly alertmanagerUrl: string;
  query(expr: string): Promise<Series[]>;
  range(expr: string, sinceMs: number): Promise<Series[]>;
  /** Every metric that it has scraped or recorded. */
  names(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface Scraped {
  /** `host:port` each. */
  readonly gateway: string;
  readonly worker: string;
  readonly api: string;
  readonly models: readonly [string, string];
  readonly token: string;
}

/** Prometheus and Alertmanager as deploy/prometheus has them, but quicker: windows of 30 s, a look every second. */
export async function startMonitoring(targets: Scraped): Promise<Monitoring> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
  const [prometheus, alertmanager] = (await Promise.all([freePort(), freePort()])).map(
    (port) => `127.0.0.1:${port}`,
  ) as [string, string];
  await writeFiles(folder, targets, alertmanager);
  const stops = [
    await startProgram(
      alertmanagerProgram ?? '',
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'alertmanager')}`,
        `--web.listen-address=${alertmanager}`,
        '--cluster.listen-address=',
      ],
      { ports: [portOf(alertmanager)], ready: `http://${alertmanager}/-/ready` },
    ),
    await startProgram(
      prometheusBinary ?? '',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        `--web.listen-address=${prometheus}`,
        '--enable-feature=exemplar-storage',
      ],
      { ports: [portOf(prometheus)], ready: `http://${prometheus}/-/ready` },
    ),
  ];
  const http = axios.create({ baseURL: `http://${prometheus}/api/v1`, proxy: false, timeout: 10_000 });
  const ask = async <T>(path: string, form: Record<string, string>) =>
    (await http.post<{ data: T }>(path, new URLSearchParams(form))).data.data;
  return {
    alertmanagerUrl: `http://${alertmanager}`,
    query: async (query) => (await ask<{ result: Series[] }>('/query', { query })).result,
    range: async (query, sinceMs) => {
      const span = { start: String(sinceMs / 1000), end: String(Date.now() / 1000), step: '1' };
      return (await ask<{ result: Series[] }>('/query_range', { query, ...span })).result;
    },
    names: async () => (await http.get<{ data: string[] }>('/label/__name__/values')).data.data,
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeFiles(folder: string, { gateway, worker, api, models, token }: Scraped, alertmanager: string) {
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'token'), token);
  const files: Record<string, readonly Change[]> = {
    'prometheus.yml': [
      ['_interval: 5s', '_interval: 1s'],
      ['gateway:8081', gateway],
      ['worker:9464', worker],
      ['api:8090', api],
      ['model-v1:8110', models[0]],
      ['model-v2:8110', models[1]],
      ['alertmanager:9093', alertmanager],
    ],
    'alertmanager.yml': [
      ['api:8090', api],
      ['/etc/alertmanager/sluice-token', join(folder, 'token')],
      ['group_interval: 10s', 'group_interval: 1s'],
    ],
    'rules/recording.yml': [['[5m]', '[30s]']],
    'rules/models.yml': [[/(alert: CandidatePredictionDrift\n.*\n\s+for:) 2m/, '$1 10s']],
  };
  for (const name of await readdir(join(SHIPPED, 'rules'))) files[`rules/${name}`] ??= [];
  for (const [path, changes] of Object.entries(files))
    await writeFile(join(folder, path), await shipped(path, changes));
}

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}

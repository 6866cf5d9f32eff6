import { SluiceError } from './domain/errors.js';
import { isLoopback } from './domain/spec/receiver.js';
import { LOOPBACK_ONLY } from './net/allowed-private.js';
import { isRouterAddress } from './traffic/open-router.js';

/** Settings shared by the processes, from the environment; each has a default that suits one machine. Temporal's own are read by its SDK. */
export interface Config {
  /** PostgreSQL; null for the embedded store. */
  readonly databaseUrl: string | null;
  /** Holds the embedded store, logs and a gateway's state. */
  readonly stateDir: string;
  /** Data sets named in specs are looked up from here. */
  readonly dataDir: string;
  /** Admin listeners of all gateway replicas. */
  readonly gatewayAdminUrls: readonly string[];
  /** What those listeners ask for; null where they are on this machine and ask for nothing. */
  readonly adminToken: string | null;
  /** What our own commands bring to the api: the person's, else the one that opens all; null: nothing. */
  readonly apiToken: string | null;
  /** What Alertmanager must bring; null: it is heard on loopback only. */
  readonly alertToken: string | null;
  /** Base URL of `sluice api`. */
  readonly apiUrl: string;
  /** Key set of those whose statements are believed, a path or an https URL; null: actors are taken as given. */
  readonly identityKeys: string | null;
  /** Which addresses that are not public the URLs in specs may lead to, in the grammar of `parseAllowedPrivate`. */
  readonly allowPrivate: string;
  /** Where model versions are kept: base URL of an MLflow server; null: in our own store. */
  readonly modelRegistry: string | null;
  /** What MLflow is brought as a bearer token; null: nothing. */
  readonly modelRegistryToken: string | null;
  /** Names the model servers that a worker runs itself, as processes; null: none. */
  readonly localModels: string | null;
}

/** @throws {SluiceError} USAGE naming the variable and its value */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const gateways = env['SLUICE_GATEWAYS'] ?? 'http://127.0.0.1:8081';
  const gatewayAdminUrls = gateways.split(',').map((url) => httpUrl('SLUICE_GATEWAYS', url.trim()));
  return {
    databaseUrl: env['DATABASE_URL'] ?? null,
    stateDir: env['SLUICE_STATE_DIR'] ?? '.sluice',
    dataDir: env['SLUICE_DATA_DIR'] ?? '.',
    gatewayAdminUrls,
    adminToken: env['SLUICE_ADMIN_TOKEN'] ?? null,
    apiToken: env['SLUICE_TOKEN'] || (env['SLUICE_ADMIN_TOKEN'] ?? null),
    alertToken: env['SLUICE_ALERT_TOKEN'] ?? null,
    apiUrl: httpUrl('SLUICE_API', env['SLUICE_API'] ?? 'http://127.0.0.1:8090'),
    identityKeys: env['SLUICE_IDENTITY_KEYS'] || null,
    // Where all gateways are on this machine, so are most likely the models.
    allowPrivate: env['SLUICE_ALLOW_PRIVATE'] ?? (gatewayAdminUrls.every(isOnThisMachine) ? LOOPBACK_ONLY : ''),
    modelRegistry: modelRegistry(env['SLUICE_MODEL_REGISTRY'] || 'store'),
    modelRegistryToken: env['SLUICE_MODEL_REGISTRY_TOKEN'] || null,
    localModels: env['SLUICE_LOCAL_MODELS'] || null,
  };
}

function isOnThisMachine(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/** @throws {SluiceError} USAGE, without what may be a password */
function modelRegistry(value: string): string | null {
  if (value === 'store') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url !== null && (url.username !== '' || url.password !== ''))
    throw new SluiceError('USAGE', 'SLUICE_MODEL_REGISTRY: no user and password in it; SLUICE_MODEL_REGISTRY_TOKEN');
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new SluiceError(
      'USAGE',
      `SLUICE_MODEL_REGISTRY: "${value}" is neither store nor the http(s) URL of an MLflow`,
    );
  return value.replace(/\/$/, '');
}

function httpUrl(variable: string, value: string): string {
  const isGood =
    variable === 'SLUICE_GATEWAYS' ? isRouterAddress(value) : URL.canParse(value) && /^https?:/i.test(value);
  if (!isGood) throw new SluiceError('USAGE', `${variable}: "${value}" is not an http or https URL`);
  return value.replace(/\/$/, '');
}

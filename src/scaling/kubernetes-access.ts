import { readFile } from 'node:fs/promises';
import { SluiceError } from '../domain/errors.js';

/** Where the API server is and how a worker proves who it is: said by whoever runs the worker, never by a spec. */
export interface KubernetesAccess {
  readonly baseUrl: string;
  /** Read before each request: the kubelet renews it. */
  readonly tokenFile: string;
  /** null: the system's own certificate authorities. */
  readonly caFile: string | null;
}

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * From SLUICE_KUBERNETES_URL, SLUICE_KUBERNETES_TOKEN_FILE and SLUICE_KUBERNETES_CA_FILE; within a pod from what Kubernetes itself puts there.
 * @returns null outside of a cluster
 * @throws {SluiceError} USAGE where the URL is not https to another machine
 * Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export function kubernetesAccess(env: NodeJS.ProcessEnv = process.env): KubernetesAccess | null {
  const given = env['SLUICE_KUBERNETES_URL'];
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (!given && !host) return null;
  const name = host?.includes(':') ? `[${host}]` : host;
  const baseUrl = given || `https://${name}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  const isLocal = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    throw new SluiceError('USAGE', `SLUICE_KUBERNETES_URL: "${baseUrl}" is not an https URL`);
  return {
    baseUrl: baseUrl.replace(/\/$/, ''),
    tokenFile: env['SLUICE_KUBERNETES_TOKEN_FILE'] || `${FOLDER}/token`,
    caFile: env['SLUICE_KUBERNETES_CA_FILE'] || (given ? null : `${FOLDER}/ca.crt`),
  };
}

/** @throws {SluiceError} SCALING_FAILED naming the file */
export async function readAccessFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SluiceError('SCALING_FAILED', `kubernetes: ${path} can not be read (${error.code ?? 'unknown error'})`);
  });
  const trimmed = text.trim();
  if (trimmed === '') throw new SluiceError('SCALING_FAILED', `kubernetes: ${path} is empty`);
  return trimmed;
}

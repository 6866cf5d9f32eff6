import { SluiceError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/spec/receiver.js';
import { parseHttpUrl } from '../../net/http-url.js';
import { createAskHttp } from '../ask-http.js';
import type { PrometheusServer } from './prometheus.js';

/**
 * The worker's own Prometheus: SLUICE_PROMETHEUS, and SLUICE_PROMETHEUS_TOKEN where it asks for one. Whoever runs the worker has named it, so no address
 * policy is asked.
 * @returns null where none is named
 * @throws {SluiceError} USAGE naming the variable
 */
export function readPrometheusSettings(env: NodeJS.ProcessEnv = process.env): PrometheusServer | null {
  const given = env['SLUICE_PROMETHEUS']?.trim();
  if (!given) return null;
  const token = env['SLUICE_PROMETHEUS_TOKEN']?.trim() || null;
  const url = baseUrl(given);
  if (
    token !== null &&
    url.protocol === 'http:' &&
    !isLoopback(url.hostname) &&
    env['SLUICE_PROMETHEUS_INSECURE'] !== '1'
  )
    throw new SluiceError(
      'USAGE',
      'SLUICE_PROMETHEUS: a token over http to another machine; use https, or set SLUICE_PROMETHEUS_INSECURE=1',
    );
  return { url: url.href, token, ask: createAskHttp({}) };
}

function baseUrl(text: string): URL {
  try {
    return parseHttpUrl(text);
  } catch (error) {
    // The text may hold a password.
    throw new SluiceError('USAGE', `SLUICE_PROMETHEUS: ${(error as Error).message}`);
  }
}

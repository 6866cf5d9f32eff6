import type { AddressPolicy } from '../net/address-policy.js';
import { createModelHttp } from './model-http.js';

/** As all clients of Prometheus name it; MLServer and vLLM have it, where they run as one process. */
const RESIDENT = /^process_resident_memory_bytes(?:\{[^}]*\})?\s+(\S+)/gm;

/**
 * Resident memory of a model server by its own metrics, in bytes; of several processes their sum. Null where it does not tell.
 * @throws {SluiceError} MODEL_UNREACHABLE, ADDRESS_REFUSED
 */
export async function residentMemory(
  name: string,
  metricsUrl: string,
  { timeoutMs, policy }: { readonly timeoutMs: number; readonly policy?: AddressPolicy | undefined },
): Promise<number | null> {
  const http = createModelHttp({ name: `${name}: metrics at ${metricsUrl}`, url: metricsUrl, timeoutMs, policy });
  const { text } = await http.get('');
  const values = [...text.matchAll(RESIDENT)].map(([, value]) => Number(value));
  const sum = values.reduce((total, value) => total + value, 0);
  return values.length === 0 || !Number.isFinite(sum) ? null : sum;
}

import type { AddressPolicy } from '../net/address-policy.js';
import type { Scaler } from '../ports/scaler.js';
import { environmentSecrets } from '../secrets/secrets.js';
import { createHttpScaler } from './http-scaler.js';
import { kubernetesAccess } from './kubernetes-access.js';
import { createKubernetesClient } from './kubernetes-client.js';
import { createKubernetesScaler } from './kubernetes-scaler.js';
import { readLocalModels } from './local/local-models.js';
import { startLocalModels } from './local/local-scaler.js';
import { createScaler } from './scaler.js';

export interface OpenScaler {
  readonly scaler: Scaler;
  /** Ends the model servers that it runs. */
  stop(): Promise<void>;
}

/**
 * All drivers that this worker has: Kubernetes where it is in a cluster, its own processes where a file names them.
 * @param localModels path of that file; null: none
 * @throws {SluiceError} DOCUMENT_INVALID naming file and line, or USAGE
 */
export async function openScaler(policy: AddressPolicy, localModels: string | null): Promise<OpenScaler> {
  const access = kubernetesAccess();
  const local = localModels === null ? null : await startLocalModels(await readLocalModels(localModels));
  const scaler = createScaler({
    http: createHttpScaler({ policy, secrets: environmentSecrets }),
    local,
    kubernetes: access && createKubernetesScaler(createKubernetesClient(access)),
  });
  return { scaler, stop: async () => local?.stop() };
}

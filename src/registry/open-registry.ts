import type { Config } from '../config.js';
import type { ModelRegistry } from '../ports/model-registry.js';
import type { Store } from '../ports/store.js';
import { createMlflowRegistry } from './mlflow/mlflow-registry.js';

/** The registry of model versions that the environment names: MLflow's, else the store's own. */
export function openRegistry(
  { modelRegistry, modelRegistryToken }: Pick<Config, 'modelRegistry' | 'modelRegistryToken'>,
  { models }: Pick<Store, 'models'>,
): ModelRegistry {
  return modelRegistry === null ? models : createMlflowRegistry({ url: modelRegistry, token: modelRegistryToken });
}

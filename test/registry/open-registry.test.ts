import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import type { ModelRegistry } from '../../src/ports/model-registry.js';
import { openRegistry } from '../../src/registry/open-registry.js';

const models = {} as ModelRegistry;
const opened = (env: NodeJS.ProcessEnv) => openRegistry(readConfig(env), { models });

test.each([{}, { SLUICE_MODEL_REGISTRY: '' }, { SLUICE_MODEL_REGISTRY: 'store' }])('%j is the store', (env) => {
  expect(opened(env)).toBe(models);
});

test('a URL is an MLflow, with the token for it', () => {
  const env = { SLUICE_MODEL_REGISTRY: 'https://mlflow.example.test/base/', SLUICE_MODEL_REGISTRY_TOKEN: 't' };
  expect(readConfig(env)).toMatchObject({
    modelRegistry: 'https://mlflow.example.test/base',
    modelRegistryToken: 't',
  });
  expect(opened(env)).not.toBe(models);
});

test.each(['mlflow', 'ftp://mlflow', 'https://mlflow.example.test/?x=1', 'Store', 'https://a:planted@mlflow'])(
  '%s is refused',
  (value) => {
    const refused = () => readConfig({ SLUICE_MODEL_REGISTRY: value });
    expect(refused).toThrow(/SLUICE_MODEL_REGISTRY/);
    expect(refused).not.toThrow(/planted/);
  },
);

import { SluiceError } from '../domain/errors.js';
import { type ModelVersion, parseSelector } from '../domain/model-version.js';
import type { ModelRegistry } from '../ports/model-registry.js';

/**
 * The version that a text names: its label, its id, or an alias such as `@champion`.
 * @throws {SluiceError} USAGE for a text that is none of these; NOT_FOUND
 */
export async function resolveVersion(
  registry: Pick<ModelRegistry, 'version' | 'aliases'>,
  model: string,
  text: string,
): Promise<ModelVersion> {
  const selector = parseSelector(text);
  if (selector === null)
    throw new SluiceError(
      'USAGE',
      `${JSON.stringify(text.slice(0, 80))} is neither a version, nor an id, nor an @alias`,
    );
  const name = selector.kind === 'alias' ? await idOf(registry, model, selector.alias) : text;
  const version = await registry.version(model, name);
  if (version === null) throw new SluiceError('NOT_FOUND', `model ${model} has no version ${name}`);
  return version;
}

async function idOf(registry: Pick<ModelRegistry, 'aliases'>, model: string, alias: string): Promise<string> {
  const found = (await registry.aliases(model)).find((one) => one.alias === alias);
  if (found === undefined) throw new SluiceError('NOT_FOUND', `model ${model} has no alias ${alias}`);
  return found.id;
}

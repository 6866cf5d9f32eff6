import { SluiceError } from '../domain/errors.js';

/** Looks a secret up by the name of its variable; undefined where there is none. Asked at each use, so a rotation needs no new rollout. */
export type Secrets = (name: string) => string | undefined;

/** Secrets from this process's environment. */
export const environmentSecrets: Secrets = (name) => process.env[name];

/** @throws {SluiceError} SECRET_UNUSABLE where it is missing or empty, naming the variable */
export function readSecret(secrets: Secrets, name: string): string {
  const value = secrets(name)?.trim();
  if (value === undefined || value === '')
    throw new SluiceError('SECRET_UNUSABLE', `${name} is not in the worker's environment`);
  return value;
}

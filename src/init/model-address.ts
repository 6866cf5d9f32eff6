import { modelTarget } from '../domain/spec/target.js';

export interface ModelAddress {
  readonly version: string;
  readonly url: string;
}

/** `v1@http://127.0.0.1:8110`; null where the text is none. */
export function modelAddress(text: string): ModelAddress | null {
  const [, version, url] = /^([^@\s]+)@(\S+)$/.exec(text) ?? [];
  const result = modelTarget.safeParse({ version, url });
  return result.success ? { version: result.data.version, url: result.data.url } : null;
}

const NO_ADDRESS = 'expected <version>@<url>, such as v1@http://127.0.0.1:8110';

export function addressFault(text: string): string | null {
  return modelAddress(text) === null ? NO_ADDRESS : null;
}

import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { PublicKey } from '../domain/identity.js';

export interface BundleOptions {
  /** Whose statements workflows believe; absent or null: actors are taken as given. */
  readonly identityKeys?: readonly PublicKey[] | null;
  /** Modules whose interceptors run in the sandbox. */
  readonly interceptorModules?: readonly string[];
  /** Module of the converter of failures; the SDK's own where there is none. */
  readonly failureConverterPath?: string;
}

/** Compiles the workflows once, for several workers of one process. */
export async function bundleWorkflows(options: BundleOptions = {}): Promise<WorkflowBundleWithSourceMap> {
  const extension = new URL(import.meta.url).pathname.endsWith('.ts') ? 'ts' : 'js';
  const workflowsPath = fileURLToPath(new URL(`../../workflows/index.${extension}`, import.meta.url));
  const { interceptorModules = [], failureConverterPath } = options;
  const bundle = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [...interceptorModules],
    logger: new DefaultLogger('WARN'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  return withIdentityKeys(bundle, options.identityKeys ?? null);
}

/**
 * Makes the keys a constant of the bundle. A validator is synchronous and may neither read files nor ask anybody, and an argument of the workflow would
 * let whoever starts it choose the keys. Read by workflows/identity-keys.ts.
 */
export function withIdentityKeys(
  bundle: WorkflowBundleWithSourceMap,
  keys: readonly PublicKey[] | null,
): WorkflowBundleWithSourceMap {
  if (keys === null) return bundle;
  // JSON in a string literal: no text of a key can become code, and no `__proto__` a prototype.
  const literal = JSON.stringify(JSON.stringify(keys)).replace(/[\u2028\u2029]/g, escaped);
  // Without a line break, so that the source map's lines still fit.
  return { ...bundle, code: `globalThis.__sluiceIdentityKeys=JSON.parse(${literal});${bundle.code}` };
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

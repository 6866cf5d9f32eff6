import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import type { PublicKey } from '../domain/identity.js';

export interface BundleOptions {
  /** Whose statements workflows believe; absent or null: actors are taken as given. */
  readonly identityKeys?: readonly PublicKey[] | null;
  /** Modules whose interceptors run in the sandbox. */
  readonly interceptorModules?: readonly string[];
  /** Module of the converter of failures; the SDK's own where there is none. */
  readonly failureConverterPath?: string;
}

const isBuilt = !import.meta.url.endsWith('.ts');
/** Written by `npm run build` (write-bundle.ts), so that a worker need not compile for seconds as it starts. */
export const BUILT_BUNDLE = new URL('../../workflow-bundle.js', import.meta.url);

/** The workflows for a worker: as they were built, and compiled where there is no build or something of its own must go in. */
export async function bundleWorkflows({
  identityKeys = null,
  ...compiled
}: BundleOptions = {}): Promise<WorkflowBundle> {
  const isPlain = compiled.failureConverterPath === undefined && !compiled.interceptorModules?.length;
  const bundle = isBuilt && isPlain ? { code: await readFile(BUILT_BUNDLE, 'utf8') } : await compileWorkflows(compiled);
  return withIdentityKeys(bundle, identityKeys);
}

export async function compileWorkflows(options: Omit<BundleOptions, 'identityKeys'> = {}): Promise<WorkflowBundle> {
  const { interceptorModules = [], failureConverterPath } = options;
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../../workflows/index.${isBuilt ? 'js' : 'ts'}`, import.meta.url)),
    workflowInterceptorModules: [...interceptorModules],
    logger: new DefaultLogger('WARN'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  return { code };
}

/**
 * Makes the keys a constant of the bundle. A validator is synchronous and may neither read files nor ask anybody, and an argument of the workflow would
 * let whoever starts it choose the keys. Read by workflows/identity-keys.ts.
 */
export function withIdentityKeys({ code }: WorkflowBundle, keys: readonly PublicKey[] | null): WorkflowBundle {
  if (keys === null) return { code };
  // JSON in a string literal: no text of a key can become code, and no `__proto__` a prototype.
  const literal = JSON.stringify(JSON.stringify(keys)).replace(/[\u2028\u2029]/g, escaped);
  // Without a line break, so that the source map's lines still fit.
  return { code: `globalThis.__sluiceIdentityKeys=JSON.parse(${literal});${code}` };
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

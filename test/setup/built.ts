import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { WorkflowBundle } from '@temporalio/worker';
import { nodeCommand } from '../../src/process/child-process.js';
import { compileWorkflows } from '../../src/worker/bundle.js';

const root = new URL('../../', import.meta.url);
const bundlePath = new URL('dist/workflow-bundle.js', root);
/**
 * test/setup/global.mjs builds what suites start again and again: from source each start takes a second of the processor's time longer. A copy of
 * the sources (test/docs/extending) has no build.
 */
const isBuilt = process.env['SLUICE_TEST_BUILT'] !== undefined && existsSync(bundlePath);

/** @param source as `src/cli/main.ts` */
export function builtModule(source: string): URL {
  return new URL(isBuilt ? `dist/${source.replace(/\.ts$/, '.js')}` : source, root);
}

/** The CLI as a user starts it: a program and its first arguments. */
export const COMMAND = [process.execPath, ...nodeCommand(builtModule('src/cli/main.ts'))];

/** The workflows as they are in a build. */
export async function testBundle(): Promise<WorkflowBundle> {
  if (!isBuilt) return compileWorkflows();
  return { code: await readFile(bundlePath, 'utf8') };
}

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeError, SluiceError } from '../../domain/errors.js';
import { duration } from '../../domain/spec/duration.js';

const localModel = z
  .strictObject({
    command: z.array(z.string().min(1)).min(1).max(100).describe('{port} stands for the port to listen on.'),
    cwd: z.string().optional().describe('Default: where the file stands.'),
    env: z.record(z.string(), z.string()).default({}),
    listen: z.int().min(0).max(65_535).describe('The port of 127.0.0.1 on which all replicas are reached together.'),
    ready: z.string().startsWith('/').default('/v2/health/ready').describe('Says 2xx once a replica is ready.'),
    replicas: z.int().min(0).max(64).default(0).describe('At the start.'),
    max: z.int().min(1).max(64).default(8),
    startTimeout: duration.prefault('2m').describe('After it a replica that is not ready is started anew.'),
    drain: duration.prefault('30s').describe('How long requests under way may take when a replica is to go.'),
  })
  .refine(({ command }) => command.some((word) => word.includes('{port}')), {
    path: ['command'],
    error: '{port} is missing: replicas would share a port',
  })
  .refine(({ replicas, max }) => replicas <= max, { path: ['replicas'], error: 'more than max' });
export type LocalModel = z.output<typeof localModel>;

export const localModels = z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), localModel);
export type LocalModels = z.output<typeof localModels>;

/** Reads SLUICE_LOCAL_MODELS, YAML or JSON. What may be run is said by whoever runs the worker, never by a spec. @throws {SluiceError} SPEC_INVALID */
export async function readLocalModels(path: string): Promise<LocalModels> {
  const document: unknown = await readFile(path, 'utf8').then(
    (text) => parseText(path, text),
    (error: unknown) => {
      throw new SluiceError('SPEC_INVALID', `SLUICE_LOCAL_MODELS: ${describeError(error)}`);
    },
  );
  const read = localModels.safeParse(document);
  if (!read.success)
    throw new SluiceError('SPEC_INVALID', `SLUICE_LOCAL_MODELS, ${path}: ${z.prettifyError(read.error)}`);
  const folder = dirname(resolve(path));
  return Object.fromEntries(
    Object.entries(read.data).map(([name, model]) => [name, { ...model, cwd: resolve(folder, model.cwd ?? '.') }]),
  );
}

function parseText(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new SluiceError('SPEC_INVALID', `SLUICE_LOCAL_MODELS, ${path}: ${describeError(error)}`);
  }
}

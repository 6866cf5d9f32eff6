import { z } from 'zod';
import type { ModelMetadata } from '../../ports/model-server.js';
import { invalid } from '../model-http.js';

const tensor = z.object({ name: z.string().min(1), datatype: z.string().min(1), shape: z.array(z.int()) });
/** What a server must say; more is allowed. Not all of them name their inputs. */
const metadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()).nullish(),
  platform: z.string().nullish(),
  inputs: z.array(tensor).nullish(),
  outputs: z.array(tensor).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

/** @throws {SluiceError} MODEL_ANSWER_INVALID */
export function readMetadata(name: string, answer: unknown): ModelMetadata {
  const read = metadataSchema.safeParse(answer);
  if (!read.success) throw invalid(name, `metadata: ${z.prettifyError(read.error)}`);
  const { name: model, versions, platform, inputs, outputs, parameters } = read.data;
  return {
    name: model,
    versions: versions ?? [],
    platform: platform ?? '',
    inputs: inputs ?? [],
    outputs: outputs ?? [],
    parameters: parameters ?? {},
  };
}

/** What is taken of a server that says nothing of its models. */
export const NO_METADATA: Pick<ModelMetadata, 'inputs' | 'outputs'> = { inputs: [], outputs: [] };

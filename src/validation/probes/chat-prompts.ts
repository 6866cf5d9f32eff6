import type { Validation } from '../../domain/spec/validation/index.js';
import type { Generation, ModelServer } from '../../ports/model-server.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';
import { whileAlive } from './while-alive.js';

/** A row's prompt for a language model; null where it has none. */
export function promptOf(
  { prompt }: Pick<Validation, 'prompt'>,
  { fields }: Pick<AnsweredRow, 'fields'>,
): string | null {
  const text = prompt === undefined ? null : (fields[prompt] ?? null);
  return text === null || text === '' ? null : String(text);
}

/** One prompt after the other. */
export async function generationsOf(
  stage: ProbeStage,
  server: ModelServer,
  prompts: readonly string[],
  what: string,
): Promise<Generation[]> {
  const all: Generation[] = [];
  for (const prompt of prompts)
    all.push(...((await whileAlive(stage, what, async () => server.generate?.([prompt]))) ?? []));
  return all;
}

import { z } from 'zod';
import { rolloutSpec } from '../domain/spec/rollout-spec.js';

/** The rollout spec as JSON Schema, for editors: what a user writes, durations as text and defaults optional. */
export function rolloutJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(rolloutSpec, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Sluice rollout spec' };
}

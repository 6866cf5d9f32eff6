import type { z } from 'zod';

/** Where a schema refuses a value, as `guardrails.0.name`; '' is the value itself. Empty where it takes it. */
export function placesOf(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

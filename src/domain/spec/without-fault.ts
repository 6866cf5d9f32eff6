import type { z } from 'zod';

/** For `superRefine`: refuses a text by what is found wrong with it; null: nothing. */
export function withoutFault(faultOf: (text: string) => string | null) {
  return (text: string, ctx: z.core.$RefinementCtx<string>): void => {
    const fault = faultOf(text);
    if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
  };
}

import { z } from 'zod';

/**
 * A record that refuses `__proto__`, which Zod leaves out without a word: a test that is left out fits everything.
 * @param what a name in it is of, for the message: `an attribute`
 */
export function withoutProto<Schema extends z.ZodType>(what: string, record: Schema): z.ZodPreprocess<Schema> {
  return z.preprocess((value, ctx) => {
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))
      ctx.addIssue({ code: 'custom', message: `${what} can not be called __proto__` });
    return value;
  }, record);
}

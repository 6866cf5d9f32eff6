import { z } from 'zod';
import { conditionShape } from './condition.js';

const LONGEST_TEXT = 4096;
const LONGEST_OBJECT = 16_384;
const STEPS = 100;

export const flagKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits, dots, underscores and hyphens');

/** Begins with a letter: JavaScript would move names such as `10` to the front, and a split goes by the order written. */
const variantName = z
  .string()
  .regex(
    /^[A-Za-z][\w.-]{0,62}$/,
    'expected 1 to 63 letters, digits, dots, hyphens and underscores, the first a letter',
  );

const value = z.union([
  z.boolean(),
  z.string().max(LONGEST_TEXT),
  z.number(),
  z
    .record(z.string(), z.json())
    .refine(
      (object) => JSON.stringify(object).length <= LONGEST_OBJECT,
      `expected at most ${LONGEST_OBJECT} characters of JSON`,
    ),
]);

/** Percent of units by variant, side by side in the order written. */
const split = z
  .record(variantName, z.number().min(0).max(100))
  .refine((shares) => Object.values(shares).every(isStep), 'expected percents in steps of 0.01')
  .refine((shares) => sumOf(shares) === 100 * STEPS, 'expected percents that add up to 100');

const serve = z.union([variantName, split]);

const rule = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
  ...conditionShape,
  serve: serve.describe('A variant, or a split such as { on: 10, off: 90 }.'),
});

/** One feature flag, as it is written and as it goes over the admin listener. */
export const flag = z
  .strictObject({
    revision: z.int().min(0).default(0).describe('Grows with each change; an older one is refused.'),
    variants: z
      .record(variantName, value)
      .describe('What can be served, all of one kind: boolean, text, number or object.'),
    enabled: z.boolean().default(true).describe('The kill switch: where false, `off` is served to everybody.'),
    off: variantName.describe('Served where the flag is disabled or a prerequisite fails.'),
    default: serve.describe('Served where no unit and no rule matches: a variant, or a split.'),
    salt: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe('Splits of flags with one salt agree. Default: the flag’s key.'),
    prerequisites: z
      .array(z.strictObject({ flag: flagKey, variant: variantName }))
      .max(20)
      .default([])
      .describe('Other flags and the variants they must serve.'),
    units: z
      .record(variantName, z.array(z.string().min(1).max(1024)).max(1000))
      .default({})
      .describe('Unit keys by the variant they get.'),
    rules: z.array(rule).max(100).default([]).describe('The first that matches counts.'),
  })
  .superRefine((written, ctx) => {
    for (const { path, message } of faultsOf(written)) ctx.addIssue({ code: 'custom', path, message });
  });

export type FlagDefinition = z.output<typeof flag>;
export type FlagValue = z.output<typeof value>;
export type Serve = z.output<typeof serve>;

/** Something wrong, and where. */
export interface Fault {
  readonly path: string[];
  readonly message: string;
}

function faultsOf(written: FlagDefinition): Fault[] {
  const { variants, off, default: byDefault, units, rules } = written;
  const names = Object.keys(variants);
  const kinds = [...new Set(Object.values(variants).map((value) => typeof value))];
  const faults: Fault[] = [];
  if (names.length === 0 || names.length > 50)
    faults.push({ path: ['variants'], message: 'expected 1 to 50 variants' });
  if (kinds.length > 1)
    faults.push({ path: ['variants'], message: `variants are of one kind, not ${kinds.join(' and ')}` });
  const served: [string[], readonly string[]][] = [
    [['off'], [off]],
    [['default'], namesIn(byDefault)],
    [['units'], Object.keys(units)],
    ...rules.map(({ serve }, i): [string[], string[]] => [['rules', String(i), 'serve'], namesIn(serve)]),
  ];
  for (const [path, wanted] of served)
    for (const name of wanted)
      if (!names.includes(name))
        faults.push({ path: [...path], message: `${name} is not among the variants ${names.join(', ')}` });
  for (const unit of twins(Object.values(units).flat()))
    faults.push({ path: ['units'], message: `unit ${unit} is given twice` });
  for (const name of twins(rules.map((rule) => rule.name)))
    faults.push({ path: ['rules'], message: `rule ${name} is given twice` });
  return faults;
}

function namesIn(serve: Serve): string[] {
  return typeof serve === 'string' ? [serve] : Object.keys(serve);
}

function twins(texts: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(texts.filter((text) => seen.size === seen.add(text).size));
}

/** In steps, as sums of hundredths are not exact. */
function sumOf(shares: Record<string, number>): number {
  return Object.values(shares).reduce((sum, share) => sum + Math.round(share * STEPS), 0);
}

function isStep(share: number): boolean {
  return Math.abs(share * STEPS - Math.round(share * STEPS)) < 1e-6;
}

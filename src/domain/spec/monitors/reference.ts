import { z } from 'zod';
import { duration } from '../duration.js';
import { versionName } from '../target.js';

const rows = z.int().min(100).max(10_000);

/** What a window of a version is compared with. */
const reference = z.discriminatedUnion('from', [
  z
    .strictObject({
      from: z.literal('promotion'),
      rows: rows.default(1000).describe('It is fixed once it has so many.'),
      length: duration.prefault('1h').describe('It is no shorter than this: a busy minute is not what is usual.'),
    })
    .describe('The version’s own first stretch after the cutover to it.'),
  z
    .strictObject({
      from: z.literal('stretch'),
      since: z.iso.datetime({ offset: true }),
      until: z.iso.datetime({ offset: true }),
      rows: rows.default(1000).describe('So many are drawn evenly from it.'),
    })
    .refine(({ since, until }) => Date.parse(since) < Date.parse(until), {
      path: ['until'],
      error: 'until is not after since',
    })
    .describe('A stretch of the version’s own past.'),
  z
    .strictObject({ from: z.literal('baseline'), rows: rows.default(1000) })
    .describe('What the service’s baseline does at the same time: for a candidate.'),
]);
export type ReferencePlan = z.output<typeof reference>;

/** What monitors that compare two windows of one version have in common. */
export const comparedWindows = {
  version: versionName
    .default('baseline')
    .describe('A version, or baseline or candidate: that of the service’s route.'),
  reference: reference.prefault({ from: 'promotion' }),
  window: z.int().min(100).max(10_000).default(1000).describe('The newest so many are looked at.'),
  minRows: z
    .int()
    .min(100)
    .max(10_000)
    .default(100)
    .describe('With fewer, in the window or the reference, nothing can be said.'),
  maxAge: duration.prefault('24h').describe('What is older is not in the window.'),
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.001)
    .describe('Chance that a window in which nothing has changed is found to differ, over all that is compared.'),
};

export interface ComparedWindows {
  readonly version: string;
  readonly reference: ReferencePlan;
  readonly window: number;
  readonly minRows: number;
  readonly maxAge: number;
  readonly alpha: number;
}

type Refuse = (path: string[], message: string) => void;

export function checkWindows({ version, reference: given, window, minRows }: ComparedWindows, refuse: Refuse): void {
  if (minRows > window) refuse(['minRows'], `minRows ${minRows} is above window ${window}`);
  if (minRows > given.rows)
    refuse(['reference', 'rows'], `minRows ${minRows} is above the reference's ${given.rows} rows`);
  if (given.from === 'baseline' && version === 'baseline')
    refuse(['reference', 'from'], 'the baseline would be compared with itself');
}

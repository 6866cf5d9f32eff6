import { defineValidator } from '../../src/validation/custom/contract.js';

/** A row's answer does not depend on the rows it is sent with: what a server pads, sorts or normalizes by batch shows here. */
export const validate = defineValidator(async ({ sample, candidate }) => {
  const rows = sample.map(({ features }) => features);
  if (rows.length === 0) return { verdict: 'inconclusive', reason: 'no rows' };
  const together = await candidate.infer(rows);
  const changed: { row: number; alone: string; together: string }[] = [];
  for (const [at, row] of rows.entries()) {
    const alone = (await candidate.infer([row])).predictions[0]?.label ?? 'nothing';
    const label = together.predictions[at]?.label ?? 'nothing';
    if (alone !== label) changed.push({ row: sample[at]?.index ?? at, alone, together: label });
  }
  return {
    verdict: changed.length === 0 ? 'pass' : 'fail',
    reason: `${changed.length} of ${rows.length} rows are answered otherwise when they are asked alone`,
    value: changed.length / rows.length,
    ...(changed.length === 0 ? {} : { details: { changed: changed.slice(0, 20) } }),
  };
});

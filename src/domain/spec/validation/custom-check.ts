import { z } from 'zod';
import { duration } from '../duration.js';
import { modulePathFault } from '../module-path.js';
import { receiverUrl, secretRef } from '../receiver.js';
import { withoutFault } from '../without-fault.js';
import { common, probeRows } from './check-fields.js';

/** What users bring. */
export const customCheck = z
  .strictObject({
    metric: z.literal('custom').describe('Your own: a module or an endpoint that says pass, fail or inconclusive.'),
    name: common.name.unwrap(),
    module: z
      .string()
      .min(1)
      .max(1000)
      .superRefine(withoutFault(modulePathFault))
      .optional()
      .describe('A .js, .mjs or .ts file under the worker’s SLUICE_DATA_DIR.'),
    url: receiverUrl.optional().describe('Is posted the suite’s results.'),
    secretRef: secretRef.optional().describe('The variable with the key that signs the request.'),
    with: z.record(z.string(), z.json()).optional().describe('Handed on as it is.'),
    timeout: duration.optional().describe('Default: 1m.'),
    rows: probeRows,
    severity: common.severity,
  })
  .refine(({ module, url }) => (module === undefined) !== (url === undefined), 'expected either a module or a url');

/** Finds Temporal's CLI, or builds it, so that what comes next need not wait: `npx tsx scripts/find-temporal-cli.ts` */

import { findTemporalCli } from '../src/temporal/cli-binary.js';

console.log(await findTemporalCli((line) => console.error(line)));

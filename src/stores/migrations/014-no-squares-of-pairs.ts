import type { Migration } from '../migrate.js';

/** Nothing reads the squares of pairs' differences; the columns stay, as the version before this one writes them. */
export const noSquaresOfPairs: Migration = {
  id: 14,
  name: 'no squares of pairs',
  sql: `
ALTER TABLE sluice.shadow_bucket
  ALTER COLUMN latency_sum_of_squares SET DEFAULT 0,
  ALTER COLUMN score_sum_of_squares SET DEFAULT 0;
`,
};

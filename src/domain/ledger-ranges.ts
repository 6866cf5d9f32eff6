/**
 * The first number of each of those who write lines of one rollout's ledger, maybe at the same time: so that no number is given twice. The store
 * ignores a second line of a number, since a retry writes the same again.
 */
export const FIRST_LINE_OF = { rollout: 1, impact: 100_001, outbox: 200_001, forcedRollback: 300_001 } as const;

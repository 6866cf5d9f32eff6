/**
 * The first number of each of those who write lines of one rollout's ledger beside the rollout itself, which counts from 1: so that no number is given
 * twice, whoever writes at the same time. The store ignores a second line of a number, since a retry writes the same again.
 */
export const FIRST_LINE_OF = { impact: 100_001, outbox: 200_001, forcedRollback: 300_001 } as const;

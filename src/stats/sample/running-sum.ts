/**
 * A sum that grows value by value and keeps what rounding would lose, in two neighbouring cells of an array that holds many such sums.
 * Source: A. Neumaier (1974), ZAMM 54(1):39-51.
 * @param at of the first cell; both begin as 0
 */
export function addToSum(cells: Float64Array, at: number, value: number): void {
  const sum = cells[at] as number;
  const next = sum + value;
  cells[at] = next;
  // Past the largest double nothing is left to correct: what is infinite stays so, and is not made NaN.
  if (!Number.isFinite(next)) return;
  const lost = Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
  cells[at + 1] = (cells[at + 1] as number) + lost;
}

/** What the two cells add up to. */
export function sumAt(cells: Float64Array, at: number): number {
  return (cells[at] as number) + (cells[at + 1] as number);
}

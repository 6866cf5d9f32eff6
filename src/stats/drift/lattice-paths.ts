import { logChoose } from '../distributions/binomial.js';

/**
 * The share of all orders of two samples whose distribution functions come at least a given distance apart: a count of lattice
 * paths. Both forms add positive shares, so a far tail keeps its digits.
 */

/**
 * Equal sizes: a closed form by reflection. p = 2 sum (-1)^(k+1) C(2n, n - k h) / C(2n, n), or its first term for one side.
 * Source: B. V. Gnedenko, V. S. Korolyuk (1951), Doklady 80:525-528.
 * @param h the distance in steps of 1/n, an integer in 1..n
 */
export function pathTail(n: number, h: number, sides: 1 | 2): number {
  if (sides === 1) return Math.min(1, chooseRatio(n, h));
  let total = 0;
  // From the smallest term on, nested, so that the alternating sum loses nothing: r1 (1 - r2/r1 (1 - ...)).
  // Terms fall like exp(-(k h)^2 / n): past 800 they are 0 in doubles.
  for (let k = Math.floor(Math.min(n, Math.sqrt(800 * n)) / h) || 1; k >= 1; k -= 1)
    total = chooseRatio(n, k * h) - total;
  return Math.min(1, Math.max(0, 2 * total));
}

/** C(2n, n - h) / C(2n, n) as a product of factors below 1; by logarithms where that is long. */
function chooseRatio(n: number, h: number): number {
  if (h > 20_000) return Math.exp(logChoose(2 * n, n - h) - logChoose(2 * n, n));
  let ratio = 1;
  for (let i = 1; i <= h; i += 1) {
    ratio *= (n - h + i) / (n + i);
    if (ratio === 0) break;
  }
  return ratio;
}

/** How many lattice points lie within the distance: what `latticeTail` has to visit. */
export function latticeWork(n: number, m: number, steps: number, sides: 1 | 2): number {
  if (sides === 2) return Math.min(m + 1, (2 * steps) / n + 1) * (n + 1);
  // For one side the far points are a triangle in one corner.
  return (n + 1) * (m + 1) - (n * m - steps) ** 2 / (2 * n * m);
}

/**
 * Any sizes: A(i, j), the probability that a path through (i, j) was far somewhere before, is 1 at far points and the mean of its
 * predecessors, weighted i/(i+j) and j/(i+j), elsewhere. Only the band of near points is visited.
 * @param steps the distance times n m: (i, j) is far where i m - j n reaches it (or its negative, for two sides)
 */
export function latticeTail(n: number, m: number, steps: number, sides: 1 | 2): number {
  const row = new Float64Array(m + 1).fill(1);
  for (let i = 0; i <= n; i += 1) {
    // Near: -steps < i m - j n < steps; for one side only the upper bound holds.
    const first = Math.max(0, Math.floor((i * m - steps) / n) + 1);
    const last = sides === 2 ? Math.min(m, Math.ceil((i * m + steps) / n) - 1) : m;
    // Left of the band all is far; the cell there may hold a nearer row's value.
    if (first > 0) row[first - 1] = 1;
    for (let j = first; j <= last; j += 1) {
      const fromBelow = i === 0 ? 0 : (i / (i + j)) * (row[j] as number);
      const fromLeft = j === 0 ? 0 : (j / (i + j)) * (row[j - 1] as number);
      row[j] = fromBelow + fromLeft;
    }
  }
  return Math.min(1, row[m] as number);
}

/**
 * The x in [low, high] where a monotone function crosses 0, by bisection: slow and certain.
 * @throws {RangeError} when both ends have the same sign
 */
export function bisect(f: (x: number) => number, low: number, high: number, tolerance = 1e-15): number {
  let [a, b] = [low, high];
  const atLow = f(a);
  const atHigh = f(b);
  if (atLow === 0) return a;
  if (atHigh === 0) return b;
  if (atLow > 0 === atHigh > 0)
    throw new RangeError(`no sign change between ${low} (${atLow}) and ${high} (${atHigh})`);
  for (let step = 0; step < 200; step += 1) {
    const middle = a + (b - a) / 2;
    if (middle <= a || middle >= b || b - a <= tolerance * Math.max(1, Math.abs(middle))) break;
    if (f(middle) > 0 === atLow > 0) a = middle;
    else b = middle;
  }
  return a + (b - a) / 2;
}

/** Nodes and weights of the 8-point Gauss-Legendre rule on [-1, 1]. Source: M. Abramowitz, I. Stegun (1964), table 25.4. */
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const WEIGHTS = [0.362683783378362, 0.31370664587788727, 0.22238103445337448, 0.10122853629037626];

/** Nodes and weights of `panels` equal panels, for callers that integrate many functions over one grid. */
export function gaussLegendre(low: number, high: number, panels: number): { x: Float64Array; w: Float64Array } {
  const x = new Float64Array(panels * 8);
  const w = new Float64Array(panels * 8);
  const half = (high - low) / panels / 2;
  let at = 0;
  for (let panel = 0; panel < panels; panel += 1) {
    const centre = low + half * (2 * panel + 1);
    for (let k = 7; k >= 0; k -= 1) {
      const side = k >= 4 ? -1 : 1;
      const node = k >= 4 ? k - 4 : 3 - k;
      x[at] = centre + side * half * (NODES[node] as number);
      w[at] = half * (WEIGHTS[node] as number);
      at += 1;
    }
  }
  return { x, w };
}

/** Integral of a smooth function over [low, high]. */
export function integrate(f: (x: number) => number, low: number, high: number, panels: number): number {
  const { x, w } = gaussLegendre(low, high, panels);
  let total = 0;
  for (let i = 0; i < x.length; i += 1) total += (w[i] as number) * f(x[i] as number);
  return total;
}

/**
 * P(K > x) of the Kolmogorov law: the limit of sqrt(nm/(n+m)) times the two-sample distance.
 * Two series, each where it converges fast and without cancellation. Source: A. N. Kolmogorov (1933); W. Feller (1948), Annals of
 * Mathematical Statistics 19(2):177-189, eq. 1.4 and its theta transform. Oracle: scipy.special.kolmogorov.
 * @param x >= 0
 */
export function kolmogorovSf(x: number): number {
  if (x <= 0) return 1;
  return x < 1 ? 1 - nearZero(x) : tail(x);
}

function tail(x: number): number {
  let total = 0;
  for (let k = 1; k <= 100; k += 1) {
    const term = Math.exp(-2 * k * k * x * x);
    total += k % 2 === 1 ? term : -term;
    if (term < 1e-17 * total) break;
  }
  return Math.min(1, 2 * total);
}

function nearZero(x: number): number {
  let total = 0;
  for (let k = 1; k <= 101; k += 2) {
    const term = Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    total += term;
    if (term <= 1e-17 * total) break;
  }
  return (Math.sqrt(2 * Math.PI) / x) * total;
}

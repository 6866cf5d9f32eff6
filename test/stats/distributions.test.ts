import { describe, expect, test } from '@jest/globals';
import { gaussLegendre, integrate } from '../../src/stats/distributions/integrate.js';
import { bisect } from '../../src/stats/distributions/root.js';
import {
  betaIncomplete,
  betaIncompleteUpper,
  betaQuantile,
  binomialQuantile,
  binomialUpper,
  chiSquareCdf,
  chiSquareSf,
  fSf,
  kolmogorovSf,
  logChoose,
  logGamma,
  noncentralTCdf,
  normalCdf,
  normalPdf,
  normalQuantile,
  normalSf,
  studentTCdf,
  studentTQuantile,
  studentTSf,
  studentTTwoSided,
  tTestPower,
} from '../../src/stats/index.js';

/** Each law is held to its definition: closed forms where there are some, else sums that a product would not make, or mpmath at 30 digits. */

const near = (got: number, want: number, relative = 1e-12) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * Math.abs(want));

describe('beta and F', () => {
  test.each([0, 0.1, 0.3, 0.5, 0.99, 1])('of one shape 1 are powers, at %d', (x) => {
    expect(betaIncomplete(x, 3, 1)).toBeCloseTo(x ** 3, 14);
    expect(betaIncomplete(x, 1, 4)).toBeCloseTo(1 - (1 - x) ** 4, 14);
    expect(betaIncompleteUpper(x, 3, 1)).toBeCloseTo(1 - x ** 3, 14);
    expect(betaIncompleteUpper(x, 1, 4)).toBeCloseTo((1 - x) ** 4, 14);
  });
  test('keep their digits in the upper tail', () => {
    // The integral of 30 u^2 (1 - u)^2 up to u = 2^-30: 10 u^3, less 1.5 u of it.
    near(betaIncompleteUpper(1 - 2 ** -30, 3, 3), 10 * 2 ** -90 * (1 - 1.5 * 2 ** -30), 1e-11);
  });
  test.each([0.01, 0.25, 0.5, 0.9])('have quantiles that undo them, at %d', (p) => {
    near(betaQuantile(p, 2, 1), Math.sqrt(p));
    near(betaQuantile(p, 1, 3), 1 - Math.cbrt(1 - p));
  });
  test('F of 2 and n degrees is a power, of 1 and 1 an arc tangent', () => {
    for (const x of [0.01, 0.5, 1, 7, 400]) {
      near(fSf(x, 2, 5), (1 + (2 * x) / 5) ** -2.5);
      near(fSf(x, 1, 1), 1 - (2 / Math.PI) * Math.atan(Math.sqrt(x)), 1e-11);
    }
  });
  test('F is never below 0', () => {
    expect([fSf(0, 3, 4), fSf(-1, 3, 4), fSf(-100, 3, 4)]).toEqual([1, 1, 1]);
  });
});

describe('binomial', () => {
  const choose = (n: number, k: number): number => (k <= 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  const shares = (n: number, p: number) =>
    Array.from({ length: n + 1 }, (_, k) => choose(n, k) * p ** k * (1 - p) ** (n - k));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  test.each([
    [1, 0.5],
    [7, 0.3],
    [12, 0.85],
    [40, 0.02],
  ])('of %d trials at %d counts out its terms', (n, p) => {
    const terms = shares(n, p);
    for (let k = 1; k <= n; k += 1) near(binomialUpper(k, n, p), sum(terms.slice(k)), 1e-11);
    for (const k of [-2, -1, 0]) expect(binomialUpper(k, n, p)).toBe(1);
    for (const k of [n + 1, n + 2]) expect(binomialUpper(k, n, p)).toBe(0);
    for (const q of [1e-9, 0.01, 0.05, 0.3, 0.49, 0.7, 0.95, 0.999]) {
      const least = terms.findIndex((_, k) => sum(terms.slice(0, k + 1)) >= q);
      expect([q, binomialQuantile(q, n, p)]).toEqual([q, least]);
    }
  });
  test('a quantile that the law meets exactly is met', () => {
    // P(X <= 0) of one fair coin is 1/2, P(X <= 1) of two is 3/4.
    expect(binomialQuantile(0.5, 1, 0.5)).toBe(0);
    expect(binomialQuantile(0.75, 2, 0.5)).toBe(1);
    expect(binomialQuantile(1, 3, 0.5)).toBe(3);
    expect(binomialQuantile(0.5, 0, 0.5)).toBe(0);
  });
  test('logarithms are those of factorials and of Pascal’s triangle', () => {
    near(logGamma(0.5), Math.log(Math.PI) / 2);
    let factorial = 1;
    for (let n = 1; n <= 15; n += 1) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 12);
      factorial *= n;
      for (let k = 0; k <= n; k += 1) expect(logChoose(n, k)).toBeCloseTo(Math.log(choose(n, k)), 11);
    }
  });
});

describe('chi-square', () => {
  test.each([0.01, 1, 3.84, 30, 600])('of 1 and 2 degrees at %d: of a normal value, and an exponential', (x) => {
    near(chiSquareSf(x, 1), 2 * normalSf(Math.sqrt(x)), 1e-11);
    near(chiSquareSf(x, 2), Math.exp(-x / 2));
    near(chiSquareCdf(x, 2), -Math.expm1(-x / 2));
  });
  test('nothing lies beyond infinity', () => {
    expect(chiSquareSf(Number.POSITIVE_INFINITY, 1)).toBe(0);
    expect(chiSquareSf(Number.POSITIVE_INFINITY, 40)).toBe(0);
    expect(chiSquareCdf(Number.POSITIVE_INFINITY, 3)).toBe(1);
  });
});

describe('Gauss and Legendre’s rule', () => {
  test.each([
    [-1, 1, 1],
    [2, 5, 3],
    [-7, -1, 24],
  ])('over %d..%d in %d panels: nodes rise within, weights make up the length', (low, high, panels) => {
    const { x, w } = gaussLegendre(low, high, panels);
    expect([x.length, w.length]).toEqual([8 * panels, 8 * panels]);
    expect(x).toEqual(x.toSorted());
    const edges = Array.from({ length: panels + 1 }, (_, k) => low + ((high - low) * k) / panels);
    for (const [i, node] of x.entries()) {
      expect(node).toBeGreaterThan(edges[Math.floor(i / 8)] as number);
      expect(node).toBeLessThan(edges[Math.floor(i / 8) + 1] as number);
      // What is left of the middle is right of it as well, with the same weight.
      expect(node + (x.at(-1 - i) as number)).toBeCloseTo(low + high, 12);
      expect(w[i]).toBeCloseTo(w.at(-1 - i) as number, 14);
    }
    expect(w.reduce((a, b) => a + b)).toBeCloseTo(high - low, 12);
  });
  test('of eight points is exact up to the fifteenth power, and no further', () => {
    for (let power = 0; power <= 15; power += 1)
      near(
        integrate((x) => x ** power, 1, 3, 1),
        (3 ** (power + 1) - 1) / (power + 1),
      );
    const sixteenth = integrate((x) => x ** 16, -1, 1, 1);
    expect(Math.abs(sixteenth - 2 / 17)).toBeGreaterThan(1e-6);
  });
  test('in several panels integrates what is no polynomial', () => {
    near(integrate(Math.exp, -2, 3, 3), Math.exp(3) - Math.exp(-2));
    near(
      integrate((x) => 1 / x, 1, 10, 6),
      Math.log(10),
      1e-9,
    );
    expect(integrate(Math.exp, 1, 1, 2)).toBe(0);
  });
});

describe('Kolmogorov’s law', () => {
  // mpmath: 2 sum((-1)**(k - 1) * exp(-2 * k * k * x * x)), k to 400, 60 digits.
  test.each([
    [0.2, 0.999999999999495],
    [0.4, 0.9971923267772983],
    [0.5, 0.9639452436648751],
    [0.7, 0.7112351950296891],
    [0.8, 0.5441424115741982],
    [0.9, 0.3927307079406544],
    [0.99, 0.2808738392255489],
    [1, 0.2699996716773545],
    [1.05, 0.2202055587019503],
    [1.3, 0.06809222184476639],
  ])('at %d is its series', (x, expected) => {
    near(kolmogorovSf(x), expected, 1e-13);
  });
  test('is certain where there is no distance, and for the smallest', () => {
    for (const x of [-3, -0.5, 0, 1e-200, 1e-3, 0.01, 0.05, 0.1]) expect([x, kolmogorovSf(x)]).toEqual([x, 1]);
  });
  test('ends in its first term', () => {
    for (const x of [4, 8, 15]) near(kolmogorovSf(x), 2 * Math.exp(-2 * x * x));
    expect(kolmogorovSf(Number.POSITIVE_INFINITY)).toBe(0);
  });
});

describe('the normal law', () => {
  // mpmath: erfc(mpf(z) / sqrt(mpf(2))) / 2 at 60 digits. From 34.25 on, rounding z / sqrt(2) alone costs 1.3e-13 or more.
  test.each([
    [4.5, 3.3976731247300603e-6],
    [5.3, 5.790134039964594e-8],
    [6, 9.86587645037698e-10],
    [9.7, 1.507493168810205e-22],
    [18.9, 5.7026263842317e-80],
    [23.3, 2.216624798676455e-120],
    [27.7, 3.4910784528195237e-169],
    [33.3, 1.93050550592784e-243],
    [34.25, 2.1806939268660966e-257],
    [35.5, 2.457691540661937e-276],
    [36.6, 1.4300370427625568e-293],
    [36.75, 5.813144815533061e-296],
    [37.375, 4.978212009315381e-306],
  ])('keeps all its digits above %d', (z, expected) => {
    near(normalSf(z), expected, 2e-15);
    near(normalCdf(-z), expected, 2e-15);
  });
  test('is nearly all below 9, and all below infinity', () => {
    for (const z of [9, 14.1, 23.3, 30.1, 33.3, 36.6, 100]) expect([normalCdf(z), normalSf(-z)]).toEqual([1, 1]);
    for (const z of [40, 1e10, 1e305, Number.POSITIVE_INFINITY]) expect([normalSf(z), normalCdf(-z)]).toEqual([0, 0]);
    expect([normalSf(0), normalCdf(0)]).toEqual([0.5, 0.5]);
  });
  test('has a bell for its density, which is the slope of the law', () => {
    // mpmath: exp(-z**2 / 2) / sqrt(2 * pi).
    near(normalPdf(0), 0.3989422804014327);
    near(normalPdf(1), 0.24197072451914334);
    near(normalPdf(-2.5), 0.017528300493568537);
    near(normalPdf(10), 7.694598626706419e-23);
    near((normalCdf(1.501) - normalCdf(1.499)) / 0.002, normalPdf(1.5), 1e-6);
  });
  test.each([1e-300, 1e-200, 1e-50, 1e-16, 9e-16, 1e-15, 2e-15, 1e-14, 1e-5, 0.2, 0.4999, 0.5, 0.51, 0.8, 0.9999])(
    'a quantile of %d has so much below it',
    (p) => near(normalCdf(normalQuantile(p)), p, p < 1e-10 ? 1e-12 : 1e-14),
  );
  // mpmath.findroot of log(erfc(-z / sqrt(2)) / 2) - log(p).
  test.each([
    [1e-300, -37.0470962993612],
    [1e-200, -30.20559417957964],
    [1e-50, -14.933337534788489],
    [1e-16, -8.222082216130435],
    [1e-14, -7.650628092935269],
    [0.2, -0.8416212335729142],
  ])('the quantile of %d is known', (p, z) => near(normalQuantile(p), z, 1e-14));
  test('quantiles are the same on both sides', () => {
    // 1 - p is exact.
    for (const p of [2 ** -50, 2 ** -20, 0.0625, 0.125, 0.375]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
    expect(normalQuantile(0.5)).toBe(0);
  });
  test.each([0, 1, -0.1, 1.1, Number.NaN])('no value has %d below it', (p) => {
    expect(() => normalQuantile(p)).toThrow(`probability ${p} is not between 0 and 1`);
  });
});

describe('Student’s law', () => {
  test.each([0, 0.3, 1, 2.5, 12.7, 1000])('of 1 and 2 degrees at %d is Cauchy’s, and a root', (t) => {
    const cauchy = t > 1 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI;
    // 1/2 - t / (2 sqrt(2 + t^2)), without the difference of what is nearly the same.
    const root = Math.sqrt(2 + t * t);
    const two = 1 / (root * (root + t));
    near(studentTSf(t, 1), cauchy);
    near(studentTSf(t, 2), two);
    near(studentTCdf(-t, 2), two);
    near(studentTSf(-t, 2), 1 - two);
    near(studentTCdf(t, 2), 1 - two);
    near(studentTTwoSided(t, 2), 2 * two);
    near(studentTTwoSided(-t, 2), 2 * two);
  });
  test.each([0.001, 0.2, 0.5, 0.75, 0.99])('of 1 degree has a tangent for its quantile, at %d', (p) => {
    expect(studentTQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
  });
  test.each([0, 1, -1, 2])('no value has %d below it', (p) => {
    expect(() => studentTQuantile(p, 5)).toThrow(`probability ${p} is not between 0 and 1`);
  });
});

describe('the noncentral t law', () => {
  // mpmath.quad over s of Phi(t s - shift) and the density of s, at 30 digits.
  test.each([
    [0.3, 1, 1.5, 0.10747411519087811],
    [2, 1, -1, 0.9681511184417047],
    [1, 2, 0.5, 0.6344664624323435],
    [-1, 3.5, 0.7, 0.062006120220078224],
    [2.5, 5, 2, 0.6132429769815312],
    [4, 10, 3, 0.7483139269115807],
    [-2.086, 20, -3, 0.8141598061056177],
    [-2.086, 20, 3, 6.940155807374393e-7],
    [2, 100, 1, 0.8377435591050013],
    [50, 100, 45, 0.9093061822817539],
    [12, 1e4, 11.5, 0.6907263483497199],
    [30, 1e6, 29, 0.8412885001290991],
    // Few degrees and a large t: all of it within a thousandth of what the chi law spreads over.
    [636.6, 1, 0, 0.9994999848816077],
    [636.6, 1, 8, 0.9899734517601796],
    [-636.6, 1, -3, 0.003760519611237858],
    [8, 1, 8, 0.3210619922539066],
    // Between whole degrees the chi law has no slope at 0.
    [0.4, 1.05, 0.3, 0.5078019966949462],
    [2, 1.3, 2, 0.3897723555355431],
    [636.6, 1.05, 29, 0.9686437155983487],
    [8.16, 1.9, 8, 0.38369090333703326],
    [29, 1e4, 29, 0.49971285480944866],
    [29, 1e6, 29, 0.4999971078715964],
    [100, 1e8, 100, 0.4999999002652612],
  ])('below %d with %d degrees, shifted by %d', (t, df, shift, expected) => {
    // Absolute, as it is promised: 1 in 10^10.
    expect(Math.abs(noncentralTCdf(t, df, shift) - expected)).toBeLessThan(1e-10);
  });
  test('has the power of chance alone where there is no effect, though the samples are as small as they can be', () => {
    for (const n of [1.5, 1.6, 2, 5, 400]) expect(tTestPower(0, n, 0.001)).toBeCloseTo(0.001, 10);
  });
  test.each([1, 2, 4.5, 30, 5000])('of %d degrees is Student’s without a shift, and mirrors with it', (df) => {
    for (const t of [-3, -0.4, 0, 1, 2.5]) {
      expect(noncentralTCdf(t, df, 0)).toBeCloseTo(studentTCdf(t, df), 9);
      expect(noncentralTCdf(-t, df, -1.3)).toBeCloseTo(1 - noncentralTCdf(t, df, 1.3), 9);
    }
  });
  test('is normal at 0, whatever the degrees', () => {
    for (const df of [1, 7, 300]) expect(noncentralTCdf(0, df, 0.8)).toBeCloseTo(normalCdf(-0.8), 10);
  });
});

describe('bisection', () => {
  const ROOTS = [-0.999, -0.4, 1e-3, 0.37, 0.7499, 0.999];
  test.each([1e-15, 1e-6, 0.1])('comes within half a tolerance of %d, rising or falling', (tolerance) => {
    for (const root of ROOTS)
      for (const sign of [1, -1]) {
        const found = bisect((x) => sign * (x - root), -1, 1, tolerance);
        expect(Math.abs(found - root)).toBeLessThanOrEqual(tolerance / 2 + 1e-16);
      }
  });
  test('has a tolerance of 1e-15 where none is given', () => {
    expect(Math.abs(bisect((x) => x ** 3 - 2, 0, 2) - Math.cbrt(2))).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(bisect(Math.cos, 1, 2) - Math.PI / 2)).toBeLessThanOrEqual(1e-15);
  });
  test('is relative beyond 1, and asks no more often than its tolerance needs', () => {
    const asked = (root: number, high: number, tolerance: number) => {
      let times = 0;
      const found = bisect(
        (x) => {
          times += 1;
          return x - root;
        },
        0,
        high,
        tolerance,
      );
      expect(Math.abs(found - root)).toBeLessThanOrEqual((tolerance * Math.max(1, root)) / 2);
      return times;
    };
    // Both ends, and one for each halving: 1 to 1/16; 2^20 to about 2^20 / 1000; 1 to 2^-10, though the root is small.
    expect(asked(0.3, 1, 1 / 16)).toBe(2 + 4);
    expect(asked(1e6, 2 ** 20, 1e-3)).toBe(2 + 11);
    expect(asked(1e-3, 1, 2 ** -10)).toBe(2 + 10);
  });
  test('takes an end that is a root as it is', () => {
    expect(bisect((x) => x, 0, 1)).toBe(0);
    expect(bisect((x) => x - 1, 0, 1)).toBe(1);
    expect(bisect((x) => -x, 0, 1)).toBe(0);
    expect(bisect((x) => 1 - x, 0, 1)).toBe(1);
  });
  test.each([1, -1])('refuses two ends of the same sign (%d)', (sign) => {
    expect(() => bisect(() => sign, 2, 3)).toThrow(`no sign change between 2 (${sign}) and 3 (${sign})`);
  });
});

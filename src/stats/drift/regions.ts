import { quantiles } from '../sample/quantile.js';
import { requireCount, requireEqualLength, requireSample, type Sample } from '../sample/sample.js';

/** A partition of the input space into boxes, made from reference data. */
export interface Regions {
  readonly count: number;
  /** Region of each row of a data set with the same features. */
  assign(features: readonly Sample[]): Int32Array;
}

type Node =
  | { readonly region: number }
  | { readonly feature: number; readonly at: number; readonly below: Node; readonly above: Node };

/**
 * Splits the reference at medians, one feature after the other, so that all regions hold about as many reference rows.
 * Source: J. L. Bentley (1975), CACM 18(9):509-517 (k-d tree).
 * @param features columns of the reference, equally long
 * @param depth splits on the way to a region: up to 2^depth regions
 * @param minRows a region is not split below this many reference rows
 */
export function regionsOf(features: readonly Sample[], depth = 3, minRows = 30): Regions {
  requireCount(depth, 'depth');
  const rows = rowsOf(features);
  let count = 0;
  const build = (members: readonly number[], level: number, tried: number): Node => {
    const leaf = () => {
      count += 1;
      return { region: count - 1 };
    };
    if (level === depth) return leaf();
    // A feature without two values here can't split; the next may.
    for (let offset = 0; offset < features.length; offset += 1) {
      const feature = (tried + offset) % features.length;
      const column = features[feature] as Sample;
      const [at = Number.NaN] = quantiles(
        members.map((row) => column[row] as number),
        [0.5],
      );
      const below = members.filter((row) => (column[row] as number) <= at);
      const above = members.filter((row) => (column[row] as number) > at);
      if (Math.min(below.length, above.length) >= minRows)
        return {
          feature,
          at,
          below: build(below, level + 1, feature + 1),
          above: build(above, level + 1, feature + 1),
        };
    }
    return leaf();
  };
  const root = build(
    Array.from({ length: rows }, (_, row) => row),
    0,
    0,
  );
  const find = (columns: readonly Sample[], row: number): number => {
    let node = root;
    while ('feature' in node)
      node = ((columns[node.feature] as Sample)[row] as number) <= node.at ? node.below : node.above;
    return node.region;
  };
  return {
    count,
    assign(columns) {
      if (columns.length !== features.length)
        throw new RangeError(`${columns.length} features; the regions were made from ${features.length}`);
      return Int32Array.from({ length: rowsOf(columns) }, (_, row) => find(columns, row));
    },
  };
}

function rowsOf(features: readonly Sample[]): number {
  const first = features[0];
  if (first === undefined) throw new RangeError('no features: there is no input space to split');
  for (const [i, column] of features.entries()) {
    requireSample(column, `feature ${i}`);
    requireEqualLength(first, column, `features 0 and ${i}`);
  }
  return first.length;
}

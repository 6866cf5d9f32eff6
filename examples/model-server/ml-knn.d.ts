/** The part of ml-knn that is used here; the package ships no types. */
declare module 'ml-knn' {
  export default class KNN {
    constructor(rows: readonly (readonly number[])[], labels: readonly number[], options: { k: number });
    /** Points are the rows with their label appended, farthest first. */
    readonly kdTree: { nearest(row: readonly number[], k: number): [point: number[], distance: number][] };
  }
}

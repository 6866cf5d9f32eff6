import { patched } from '@temporalio/workflow';

/**
 * Of JSON. Temporal refuses an input of 2 MB, and goes on refusing it: no payload of ours may grow with the time that somebody was away. A character is up to
 * three bytes.
 */
const MOST_CHARACTERS = 60_000;

/** Takes as many of the first as one payload should hold, one at least. */
export function takePortion<T>(items: T[]): T[] {
  const count = countWithin(items, MOST_CHARACTERS);
  const isPart = count < items.length && patched('record-in-parts');
  return items.splice(0, isPart ? count : items.length);
}

/** As many of the last as it should hold, in their order. */
export function lastPortion<T>(items: readonly T[], most = MOST_CHARACTERS): T[] {
  return items.slice(items.length - countWithin(items.toReversed(), most));
}

function countWithin(items: readonly unknown[], most: number): number {
  let left = most;
  const end = items.findIndex((item) => {
    left -= JSON.stringify(item).length;
    return left < 0;
  });
  return end < 0 ? items.length : Math.max(1, end);
}

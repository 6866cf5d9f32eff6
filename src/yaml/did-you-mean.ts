import { distance } from 'fastest-levenshtein';

/** A slip of the finger: one letter in three, and no more than three. */
const MOST_SLIPS = 3;

/**
 * Of the known words, what was probably meant: letters swapped, left out or doubled, another case, hyphens for capitals.
 * @returns `; did you mean margin?`, or nothing where no word is near enough
 */
export function didYouMean(written: string, known: readonly string[]): string {
  const limit = Math.min(MOST_SLIPS, Math.floor(written.length / 3) + 1);
  const near = known
    .map((word) => ({ word, slips: distance(plain(written), plain(word)) }))
    .filter(({ word, slips }) => slips <= limit && slips < word.length / 2)
    .sort((a, b) => a.slips - b.slips);
  const best = near[0];
  return best === undefined ? '' : `; did you mean ${best.word}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

import { cutText } from '../domain/cut-text.js';

const LONGEST = 200;

/**
 * Text of people and requests as one short line: no control characters, which XML does not have, no half characters, and none that turn the
 * direction of what is around them.
 */
export function plain(text: string, most: number = LONGEST): string {
  const clean = text
    .replaceAll(/[\p{Cc}\u{2028}\u{2029}]+/gu, ' ')
    .replaceAll(
      /[\u{202A}-\u{202E}\u{2066}-\u{2069}\u{200E}\u{200F}\u{61C}\u{FFFE}\u{FFFF}]|\p{Surrogate}/gu,
      '\u{FFFD}',
    );
  return cutText(clean, most);
}

/** Of what is shown in one line: a title, a reason among others. */
const LONGEST_TEXT = 300;

/**
 * At most so many UTF-16 units, the ellipsis among them. Never in the middle of a character: half of one is nothing that a database or a
 * receiver keeps, and keys are cut here as well.
 */
export function cutText(text: string, most: number = LONGEST_TEXT): string {
  const whole = text.toWellFormed();
  return whole.length <= most ? whole : `${whole.slice(0, most - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

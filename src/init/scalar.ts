import { parse } from 'yaml';

/** What needs no quotes anywhere in YAML, neither in a flow nor before a comment. */
const PLAIN = /^[A-Za-z0-9/._][A-Za-z0-9/._:@%+=~-]*$/;

/** Text as a YAML scalar that reads as this very text: `v1`, and `"1.0"`, which would be a number. */
export function scalar(text: string): string {
  const isPlain = PLAIN.test(text) && !text.endsWith(':') && parse(text) === text;
  return isPlain ? text : JSON.stringify(text);
}

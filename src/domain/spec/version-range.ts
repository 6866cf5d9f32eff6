/** A number of a version; npm reads none above 2^53. */
const NUMBER = '(?:0|[1-9]\\d{0,14})';
const ANY = '[xX*]';
const IDENTIFIER = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const PRERELEASE = `(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?`;
/** Once a part may be anything, so may those after it. */
const PATCH = `(?:\\.(?:${NUMBER}${PRERELEASE}|${ANY}))?`;
const MINOR = `(?:\\.(?:${NUMBER}${PATCH}|${ANY}(?:\\.${ANY})?))?`;
const VERSION = `v?(?:${NUMBER}${MINOR}|${ANY}(?:\\.${ANY}){0,2})`;
const COMPARATOR = new RegExp(`^(?:[<>]=?|=|~|\\^)?${VERSION}$`);
const HYPHEN_RANGE = new RegExp(`^${VERSION} - ${VERSION}$`);

/**
 * Whether a text is a range of versions: comparators joined by spaces, or a hyphen range; several of those joined by `||`.
 * Stricter than npm, which also takes spaces after an operator; whatever passes here npm's `semver` reads (test/routing).
 */
export function isVersionRange(text: string): boolean {
  return text.split('||').every((alternative) => {
    const range = alternative.trim();
    return HYPHEN_RANGE.test(range) || range.split(/ +/).every((comparator) => COMPARATOR.test(comparator));
  });
}

/** Stands for what nobody may read. */
const SECRET = '<secret>';

const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key|client[_-]?secret|authori[sz]ation|credentials?|cookie|session(?:[_-]?id)?|signature)['"]?\s{0,3}[:=]\s{0,3})(?:(?:bearer|basic|digest)\s{1,3})?("[^"]{0,500}"?|'[^']{0,500}'?|[^\s'",;&)}\]]+)/gi;

/** In this order: the first ones know best what they see. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*/g, SECRET],
  // Everything up to the last @: a password may hold one.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*@/gi, `$1${SECRET}@`],
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g, SECRET],
  [NAMED, `$1${SECRET}`],
  [/\b(bearer|basic|digest)(\s+)[\w.~+/=-]{6,}/gi, `$1$2${SECRET}`],
  // Keys that say what they are by how they begin.
  [
    /\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\b(?:sk|pk|rk)[-_][\w-]{12,}|\bgh[a-z]_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bhf_\w{16,}/g,
    SECRET,
  ],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
];

/** Of 32 letters and more, in both cases and with digits: nobody writes such words, unless as a key. Hexadecimal digests have one case. */
const LONG_KEY = /[A-Za-z0-9+_-]{32,}={0,2}/g;

/**
 * Masks what must not be kept: passwords and tokens by the name before them or by their shape, user and password in URLs, e-mail
 * addresses. A net, not a proof: what looks like any other word passes.
 */
export function hideSecrets(text: string): string {
  const named = RULES.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
  return named.replace(LONG_KEY, (word) =>
    /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word) ? SECRET : word,
  );
}

/** Stands for a parameter while messages are compared: of which kind it is makes no other message. */
export const PARAMETER = '<#>';

const NAMES = ['mask', 'mac', 'time', 'uuid', 'url', 'host', 'ip', 'path', 'hex', 'num'] as const;
type Name = (typeof NAMES)[number];

const CLOCK = String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,:]\d+)?`;
const ZONE = String.raw`(?:Z|[+-]\d{2}:?\d{2})?`;
const OCTETS = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
/** Where a parameter of its own may begin within a word. */
const FRONT = String.raw`(?<=^|[=(,:;[{<>"'|])`;
const IN_PATH = String.raw`[\w.@%+=~:$*?&#!-]`;

const IN_NUMBER = '[0-9A-Za-z%]';
const ENDINGS = String.raw`(?:com|net|org|edu|gov|mil|info|local|internal|lan)(?:\.[a-z]{2})?`;

/** What varies from one message to the next, by its shape. In this order: a time holds numbers, a URL holds a path. */
const SHAPES: Readonly<Record<Name, string>> = {
  // Of those who wrote the message, or hid a secret in it.
  mask: '<(?:[a-z]+|#)>',
  mac: String.raw`(?<![\w:])(?:[0-9a-fA-F]{2}[:-]){5,7}[0-9a-fA-F]{2}(?![\w:])`,
  time: String.raw`(?<![\w:])(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T_:]${CLOCK}${ZONE})?|\d{1,2}/[A-Z][a-z]{2}/\d{4}(?::${CLOCK})?|${CLOCK}${ZONE})(?![\w:]*\w)`,
  uuid: String.raw`(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])`,
  url: String.raw`\b[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s"'<>()[\]{},;]+`,
  // With a name before it, as Java prints addresses; or of version 6.
  ip: String.raw`(?:${FRONT}[\w.-]{0,100}/)?(?<![\w.])${OCTETS}(?:[:/]\d{1,5})?(?![\w.]*\w)|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){1,7}(?![\w:])`,
  // From the root or a drive on, or with two slashes or a point: `read/write` is a word, `HTTP/1.1` a word with a number.
  path: String.raw`${FRONT}(?:(?:[A-Za-z]:[\\/]|\\+|~?/|\.{1,2}/)${IN_PATH}*(?:[/\\]${IN_PATH}*)*[\w/\\*$~]|[\w.-]{1,100}(?:/[\w.$-]{1,100}){2,}/?|(?=[\w./-]*\.)[\w.-]{1,100}/\.?[A-Za-z_][\w.$-]*\w)`,
  // Seven and more, with a digit and a letter: `defaced` is a word and 1234567 a number.
  hex: String.raw`(?<![0-9A-Za-z])(?:0[xX][0-9a-fA-F]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}|(?=[A-F]*\d)(?=\d*[A-F])[0-9A-F]{7,})(?![0-9A-Za-z])`,
  // With a port, a digit in it, or an ending that files and packages seldom have.
  host: String.raw`(?<![\w.@-])(?:(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{0,62}:\d{1,5}(?!\w)|(?:(?=[a-z.-]*\d)(?:[a-z0-9-]{1,63}\.){2,}[a-z]{2,12}|(?:[a-z0-9-]{1,63}\.)+(?:${ENDINGS}))(?![\w.-]*\w))`,
  // With what follows of it: of `attempt_12_0020_m_3` the beginning stays, of `jk2_init` the end too. Not a sign between words.
  num: String.raw`(?:(?<![\w>)])[<>~])?(?:(?<![A-Za-z0-9)])[-+])?(?:(?<=[_-])[A-Za-z])?\d${IN_NUMBER}*(?:[_~-]+(?:[A-Za-z]{1,2}(?![0-9A-Za-z%])|${IN_NUMBER}*\d${IN_NUMBER}*)|[.,:/]${IN_NUMBER}*\d${IN_NUMBER}*)*`,
};

const ANY_SHAPE = shapesOf(NAMES);
const HOST_ENDING = new RegExp(String.raw`\.${ENDINGS}(?![\w-])`);

/** Kinds of characters, as bits: which of them a word has says which shapes it may have. */
export const KINDS = { space: 1, digit: 2, slash: 4, point: 8, colon: 16, dash: 32, mark: 64 } as const;

/** A word has one of these kinds at least where it has the shape; besides, all but marks and hosts hold a digit or a slash. */
const NEEDED: Readonly<Record<Name, number>> = {
  mask: KINDS.mark,
  mac: KINDS.colon | KINDS.dash,
  time: KINDS.colon | KINDS.dash | KINDS.slash,
  uuid: KINDS.dash,
  url: KINDS.slash,
  host: KINDS.point,
  ip: KINDS.point | KINDS.colon,
  path: KINDS.slash,
  hex: KINDS.digit,
  num: KINDS.digit,
};
/** By the kinds that a word has. */
const shapes: (RegExp | undefined)[] = [];

function shapesOf(names: readonly Name[]): RegExp {
  return new RegExp(names.map((name) => `(${SHAPES[name]})`).join('|'), 'g');
}

function possibleShapes(kinds: number): RegExp {
  const known = shapes[kinds];
  if (known !== undefined) return known;
  const some = shapesOf(NAMES.filter((name) => (NEEDED[name] & kinds) !== 0));
  shapes[kinds] = some;
  return some;
}

/** Parameters with nothing between them but signs: one, however many there are. */
const LISTED = /<#>(?:[^\sA-Za-z<]{1,3}<#>)+/g;
const LISTED_BY_NAME = /(<[a-z]+>)(?:[^\sA-Za-z<]{1,3}<[a-z]+>)+/g;

/** A word with `<#>` in place of its parameters. @param kinds those of its characters */
export function maskWord(word: string, kinds: number): string {
  if (
    (kinds & (KINDS.digit | KINDS.slash | KINDS.mark)) === 0 &&
    !((kinds & KINDS.point) !== 0 && HOST_ENDING.test(word))
  )
    return word;
  const masked = word.replace(possibleShapes(kinds), PARAMETER);
  return masked.indexOf(PARAMETER) === masked.lastIndexOf(PARAMETER) ? masked : masked.replace(LISTED, PARAMETER);
}

/** The same with `<num>`, `<ip>`, `<path>` and the like, for people. */
export function nameParameters(word: string): string {
  const named = word.replace(ANY_SHAPE, (text, ...groups: unknown[]) => {
    const name = NAMES[groups.findIndex((group) => group !== undefined)] ?? 'num';
    return name === 'mask' && text !== PARAMETER ? text : `<${name === 'mask' ? 'str' : name}>`;
  });
  return named.replace(LISTED_BY_NAME, '$1');
}

// Whatever it holds; but what an access log quotes is the request.
const QUOTED = /(?<=^|[\s=(,:[{])(?:"(?!(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) )[^"]*"|'[^']*')(?=$|[\s,;:.)\]}])/g;

/** With `<str>` in place of quoted text. */
export function maskQuoted(message: string): string {
  return message.includes('"') || message.includes("'") ? message.replace(QUOTED, '<str>') : message;
}

/** The kinds of masks left out: what is left are the words that every message of a template has. */
export function withoutKinds(text: string): string {
  return text.replace(/<[a-z]+>/g, PARAMETER);
}

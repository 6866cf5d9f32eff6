const DAY_NAME = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const OCTETS = '\\d{1,3}(?:\\.\\d{1,3}){3}';

/** What varies from one message to the next, by its shape. In this order: a time holds numbers, a URL holds a path. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [
    /(?<!\w)\d{4}[-/]\d{2}[-/]\d{2}(?:[T ,]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\w)/g,
    '<time>',
  ],
  [
    new RegExp(
      `(?:${DAY_NAME},? )?(?:${MONTH} +\\d{1,2}|\\d{1,2}[ /]${MONTH})(?:[ /:]\\d{4})?(?:[ :]\\d{2}:\\d{2}:\\d{2})?(?: \\d{4})?(?!\\w)`,
      'g',
    ),
    '<time>',
  ],
  [/(?<![\w:])\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?![\w:])/g, '<time>'],
  [/(?<!\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)/gi, '<uuid>'],
  [/(?<=^|[\s=(,:[])"[^"]*"(?=$|[\s,;:.)\]}])/g, '<str>'],
  [/(?<=^|[\s=(,:[])'[^']*'(?=$|[\s,;:.)\]}])/g, '<str>'],
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>()[\]{},;]+/gi, '<url>'],
  [new RegExp(`(?<![\\w.])/?${OCTETS}(?:[:/]\\d{1,5})?(?![\\w.])`, 'g'), '<ip>'],
  [/(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,7}(?![\w:])/gi, '<ip>'],
  [/(?<![\w/.>])(?:[A-Za-z]:\\|~?\/|\.{1,2}\/)[\w.@%+=~:-]*(?:[/\\][\w.@%+=~:*?&-]*)*/g, '<path>'],
  [/(?<!\w)0x[0-9a-f]+(?!\w)/gi, '<hex>'],
  // Seven and more, with a digit and a letter: `defaced` is a word and 1234567 a number.
  [/(?<!\w)(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}(?!\w)/gi, '<hex>'],
  [
    /(?<![A-Za-z0-9.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?: ?(?:%|ms\b|bytes\b)|(?:ns|us|µs|ms|s|m|h|d|k|[kKMGT]i?B|B|Hz|x)\b)?(?![A-Za-z0-9])/g,
    '<num>',
  ],
];

/** Puts `<num>`, `<ip>`, `<path>` and the like in place of what a message is about, so that what is left says what happened. */
export function maskParameters(message: string): string {
  return MASKS.reduce((text, [pattern, mask]) => text.replace(pattern, mask), message);
}

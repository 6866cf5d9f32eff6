import { STATUS_CODES } from 'node:http';
import type { LogLevel, LogLine } from '../../domain/log-line.js';
import { hideSecrets } from './secrets.js';

/** What is looked at of a message, and what is kept; secrets are masked in between, so that none is cut in two. */
const LONGEST_READ = 8000;
const LONGEST_MESSAGE = 2000;

type Fields = Readonly<Record<string, unknown>>;

/** A line of text as a message, whatever writes it; null: the rest of the line before (a stack trace), or no message at all. */
export function readLine(text: string): LogLine | null {
  const fields = text.startsWith('{') ? asFields(text) : null;
  if (fields === null) return plainLine(text);
  if (typeof fields['arm'] === 'string' && 'prediction' in fields) return accessLine(fields);
  const message = messageOf(fields);
  if (message === '') return null;
  return {
    at: timeOf(
      fields['time'] ??
        fields['timestamp'] ??
        fields['at'] ??
        fields['asctime'] ??
        fields['ts'] ??
        fields['@timestamp'],
    ),
    level:
      levelOf(fields['level'] ?? fields['levelname'] ?? fields['severity'] ?? fields['log.level']) ??
      levelByWord(message),
    message,
    service: null,
    version: null,
  };
}

/** Without what JSON can't say, and what is no object. */
function asFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** pino: msg, err.type and err.message; python-json-logger: message, exc_info; structlog: event, exception. */
function messageOf(fields: Fields): string {
  const said = textOf(fields['msg'] ?? fields['message'] ?? fields['event'] ?? fields['text'] ?? fields['error']);
  const error = fields['err'];
  const { type, message } = (typeof error === 'object' && error !== null ? error : {}) as Fields;
  const thrown = [textOf(type), textOf(message)].filter((part) => part !== '').join(': ');
  // The last line of a Python traceback says what was raised.
  const raised =
    textOf(fields['exc_info'] ?? fields['exception'] ?? fields['cause'])
      .trim()
      .split('\n')
      .at(-1) ?? '';
  const parts = [said, thrown, raised].filter((part, i, all) => part !== '' && all.indexOf(part) === i);
  return cleaned(parts.filter((part, i) => i === 0 || !said.includes(part)).join(': '));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_READ) : typeof value === 'number' ? String(value) : '';
}

/** Our gateway's access log. The status comes first and in words: numbers would be masked. */
function accessLine(fields: Fields): LogLine {
  const status = Number(fields['status']);
  const said = (STATUS_CODES[status] ?? (status >= 500 ? 'Unknown server error' : 'Unknown status')).replaceAll(
    ' ',
    '-',
  );
  const failed = fields['failed'] === true;
  return {
    at: timeOf(fields['at']),
    level: failed || status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
    message: cleaned(
      `${said}${failed ? ' failed' : ''} ${textOf(fields['method'])} ${textOf(fields['path']).split('?', 1)[0]}`,
    ),
    service: textOf(fields['service']) || null,
    version: textOf(fields['version']) || null,
  };
}

const LEADING_TIME = /^\[?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)\]?[\s|:-]*/;
const LEADING_LEVEL =
  /^[[<(]?(trace|debug|info|notice|warn(?:ing)?|error|err|fatal|crit(?:ical)?|panic|alert|emerg)[\])>]?(?:[\s:|-]+)/i;

/** `<time> <level> message`, each where it is there. Indented lines belong to the one before. */
function plainLine(text: string): LogLine | null {
  if (/^\s/.test(text) || text === '' || text.startsWith('Traceback (most recent call last)')) return null;
  const [lead = '', stamp] = LEADING_TIME.exec(text) ?? [];
  const rest = text.slice(lead.length, lead.length + LONGEST_READ);
  const [tag = '', word] = LEADING_LEVEL.exec(rest) ?? [];
  const message = cleaned(rest.slice(tag.length));
  if (message === '') return null;
  return {
    at: stamp === undefined ? null : timeOf(stamp.replace(',', '.')),
    level: levelOf(word) ?? levelByWord(message),
    message,
    service: null,
    version: null,
  };
}

/** On one line, without secrets and without what no database takes. */
function cleaned(text: string): string {
  const plain = text.slice(0, LONGEST_READ).replaceAll(/[\p{Cc}\s]+/gu, ' ');
  // Half a letter, of the sender's or of the cut.
  return hideSecrets(plain.trim())
    .slice(0, LONGEST_MESSAGE)
    .replaceAll(/\p{Cs}/gu, '\u{FFFD}');
}

/** ISO, or seconds, milliseconds, microseconds or nanoseconds since 1970. A time without a zone is UTC. */
function timeOf(value: unknown): string | null {
  if (typeof value === 'string') {
    const text = value.trim().replace(' ', 'T').replace(',', '.');
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
    return isoOf(Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`));
  }
  if (typeof value !== 'number' || !(value > 0)) return null;
  const unit = value < 1e11 ? 1000 : value < 1e14 ? 1 : value < 1e17 ? 1e-3 : 1e-6;
  return isoOf(value * unit);
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) && ms > 0 && ms < 8e15 ? new Date(ms).toISOString() : null;
}

/** pino counts in tens, Python's numbers end at 50. */
function levelOf(value: unknown): LogLevel | null {
  if (typeof value === 'number') return PINO[Math.min(5, Math.max(0, Math.floor(value / 10) - 1))] ?? null;
  if (typeof value !== 'string') return null;
  return LEVEL_WORDS.find(([, pattern]) => pattern.test(value))?.[0] ?? null;
}

const PINO: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const LEVEL_WORDS: readonly (readonly [LogLevel, RegExp])[] = [
  ['fatal', /^(?:fatal|crit(?:ical)?|panic|alert|emerg(?:ency)?)$/i],
  ['error', /^(?:error|err|severe)$/i],
  ['warn', /^warn(?:ing)?$/i],
  ['info', /^(?:info(?:rmation(?:al)?)?|notice)$/i],
  ['debug', /^debug$/i],
  ['trace', /^(?:trace|verbose)$/i],
];

/** `ValueError: …` is an error, `0 errors` is none. */
function levelByWord(message: string): LogLevel {
  if (/\b(?:fatal|panic|segmentation fault|core dumped)\b/i.test(message)) return 'fatal';
  if (/\b(?:error|exception|failed|failure|refused|out of memory)\b|\w(?:Error|Exception)\b/i.test(message))
    return 'error';
  return /\bwarn(?:ing)?\b|\bdeprecated\b/i.test(message) ? 'warn' : 'info';
}

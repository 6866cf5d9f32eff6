import { describe, expect, test } from '@jest/globals';
import { categoryOf } from '../../../src/monitors/logs/categories.js';
import { wordsOf } from '../../../src/monitors/logs/message-words.js';
import { readLine } from '../../../src/monitors/logs/read-line.js';
import { hideSecrets } from '../../../src/monitors/logs/secrets.js';
import { LONGEST_LINE_BYTES, splitLines } from '../../../src/monitors/logs/split-lines.js';

const AT = '2026-11-21T10:00:00.000Z';
const MS = Date.parse(AT);

describe('lines of a body', () => {
  const kinds = (body: Buffer) =>
    [...splitLines(body)].map((line) => (line.kind === 'binary' ? 'binary' : line.isCut ? 'cut' : line.text));

  test('by newlines of both kinds, without empty ones, the last one with or without an end', () => {
    expect(kinds(Buffer.from('a\nb\r\n\n\r\nc'))).toEqual(['a', 'b', 'c']);
    expect(kinds(Buffer.alloc(0))).toEqual([]);
  });

  test('what is no text says nothing of its neighbours', () => {
    const body = Buffer.concat([
      Buffer.from('a\n'),
      Buffer.from([0xff, 0xfe, 0x0a, 0x61, 0, 0x62, 0x0a]),
      Buffer.from('é\n'),
    ]);
    expect(kinds(body)).toEqual(['a', 'binary', 'binary', 'é']);
  });

  test('a line of 10 MB is cut, at no half letter', () => {
    for (const letter of ['x', 'é', '€', '😀']) {
      const [line, next] = [
        ...splitLines(Buffer.from(`${letter.repeat(10_000_000 / Buffer.byteLength(letter))}\nnext`)),
      ];
      expect(next).toEqual({ kind: 'text', text: 'next', isCut: false });
      expect(line).toMatchObject({ kind: 'text', isCut: true });
      const text = line?.kind === 'text' ? line.text : '';
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LONGEST_LINE_BYTES);
      expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(LONGEST_LINE_BYTES - 4);
      expect(text.replaceAll(letter, '')).toBe('');
    }
  });
});

describe('shapes of lines', () => {
  const json = (value: unknown) => readLine(JSON.stringify(value));
  test.each<[string, unknown, string, string]>([
    ['pino', { level: 50, time: MS, pid: 1, hostname: 'h', msg: 'boom' }, 'error', 'boom'],
    [
      'pino with an error',
      { level: 60, time: MS, msg: 'failed', err: { type: 'TypeError', message: 'x is null', stack: '…' } },
      'fatal',
      'failed: TypeError: x is null',
    ],
    [
      'python-json-logger',
      { asctime: '2026-11-21 10:00:00,000', levelname: 'WARNING', message: 'slow' },
      'warn',
      'slow',
    ],
    [
      'python-json-logger with a traceback',
      {
        timestamp: AT,
        levelname: 'ERROR',
        message: 'predict',
        exc_info: 'Traceback …\n  File "a.py"\nKeyError: \'age\'',
      },
      'error',
      "predict: KeyError: 'age'",
    ],
    ['structlog', { event: 'loaded', level: 'info', timestamp: AT }, 'info', 'loaded'],
    ['numbers of Python', { levelname: 40, message: 'x', ts: MS / 1000 }, 'warn', 'x'],
    [
      'our own processes',
      { at: AT, level: 'error', message: 'no store', cause: 'refused' },
      'error',
      'no store: refused',
    ],
    ['no level', { msg: 'RuntimeError: bad', time: AT }, 'error', 'RuntimeError: bad'],
  ])('%s', (_, fields, level, message) => {
    const line = json(fields);
    expect(line).toMatchObject({ level, message, service: null, version: null });
    if (typeof fields === 'object' && fields !== null && !('levelname' in fields && fields.levelname === 40))
      expect(line?.at).toBe(AT);
  });

  test('the gateway’s access log names service and version, and its status in words', () => {
    const line = {
      at: MS,
      service: 'digits',
      epoch: 3,
      arm: 'candidate',
      version: 'v2',
      method: 'POST',
      path: '/v2/models/digits/infer?key=1',
    };
    expect(json({ ...line, status: 500, failed: true, ms: 2.1, prediction: 'p' })).toEqual({
      at: AT,
      level: 'error',
      message: 'Internal-Server-Error failed POST /v2/models/digits/infer',
      service: 'digits',
      version: 'v2',
    });
    expect(json({ ...line, status: 200, failed: false, ms: 2.1, prediction: 'p' })).toMatchObject({ level: 'info' });
    expect(json({ ...line, status: 422, failed: false, ms: 2.1, prediction: 'p' })).toMatchObject({ level: 'warn' });
  });

  test.each<[string, { at?: string | null; level: string; message: string } | null]>([
    ['2026-11-21 10:00:00,000 ERROR model: out of memory', { at: AT, level: 'error', message: 'model: out of memory' }],
    ['2026-11-21T10:00:00Z [warn] slow', { at: AT, level: 'warn', message: 'slow' }],
    [
      'INFO:     127.0.0.1:5000 - "POST /x HTTP/1.1" 200 OK',
      { at: null, level: 'info', message: '127.0.0.1:5000 - "POST /x HTTP/1.1" 200 OK' },
    ],
    ['CRITICAL - down', { level: 'fatal', message: 'down' }],
    ['ValueError: bad input', { level: 'error', message: 'ValueError: bad input' }],
    ['0 errors found', { level: 'info', message: '0 errors found' }],
    ['{"msg": "half', { level: 'info', message: '{"msg": "half' }],
    ['[1, 2]', { level: 'info', message: '[1, 2]' }],
    ['    at Object.<anonymous> (a.js:1:1)', null],
    ['Traceback (most recent call last):', null],
    ['{}', null],
    ['{"level": 30}', null],
  ])('text: %s', (text, expected) => {
    if (expected === null) expect(readLine(text)).toBeNull();
    else expect(readLine(text)).toMatchObject(expected);
  });

  test('what no database and no terminal takes is gone', () => {
    const line = readLine(JSON.stringify({ msg: 'a\u0000b\u001b[31mc\nd\ud800e', level: 30 }));
    expect(line?.message).toBe('a b [31mc d\u{FFFD}e');
  });

  test('fields of wild types are no fault', () => {
    for (const fields of [
      { msg: { a: 1 }, message: 'x' },
      { msg: 'x', time: { a: 1 }, level: {} },
      { msg: 'x', time: -1 },
      { msg: 'x', time: 1e300, err: null },
    ])
      expect(() => readLine(JSON.stringify(fields))).not.toThrow();
    expect(readLine(JSON.stringify({ msg: 'x', time: 'yesterday' }))?.at).toBeNull();
  });
});

describe('secrets', () => {
  test.each([
    ['password=hunter2 next', 'password=<secret> next'],
    ['{"api_key": "abc def"}', '{"api_key": <secret>}'],
    ['Authorization: Bearer abc.def', 'Authorization: <secret>'],
    ['sent Bearer abcdefgh12 to', 'sent Bearer <secret> to'],
    ['postgres://joe:p@ss@db:5432/x', 'postgres://<secret>@db:5432/x'],
    ['mail to jane.doe+x@example.co.uk now', 'mail to <email> now'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_', 'jwt <secret>'],
    ['key AKIAABCDEFGHIJKLMNOP', 'key <secret>'],
    ['x 4fA9bC8dE7fG6hI5jK4lM3nO2pQ1rS0t', 'x <secret>'],
    ['sha 2c26b46b68ffc68ff99b453c1d30413413422d70', 'sha 2c26b46b68ffc68ff99b453c1d30413413422d70'],
    ['the token expired', 'the token expired'],
  ])('%s', (text, expected) => expect(hideSecrets(text)).toBe(expected));

  test('a secret that the cut goes through does not stay', () => {
    const line = readLine(`${'x '.repeat(995)}password=hunter2hunter2`);
    expect(line?.message).not.toContain('hunter');
  });

  test('text made to be slow is not', () => {
    const start = performance.now();
    for (const text of [
      'a'.repeat(8000),
      '@'.repeat(8000),
      'a.'.repeat(4000),
      'eyJ'.repeat(2600),
      '"'.repeat(8000),
      '/'.repeat(8000),
      ':a'.repeat(4000),
      '1.'.repeat(4000),
      'token='.repeat(1300),
      '-----BEGIN '.repeat(700),
    ])
      wordsOf(hideSecrets(text).slice(0, 2000));
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

test.each([
  ['CUDA out of memory. Tried to allocate <num>', 'out-of-memory'],
  ['CUDA error: device-side assert', 'gpu'],
  ['Request <uuid> timed out after <num>', 'timeout'],
  ['Connection refused', 'connection'],
  ['ValueError: could not convert string to float: <str>', 'input'],
  ['Unauthorized POST <path>', 'auth'],
  ['Failed to load model <*>', 'model-load'],
  ['psycopg2.errors.DeadlockDetected', 'data-store'],
  ['Too-Many-Requests POST <path>', 'rate-limit'],
  ['Something else', 'other'],
])('category of %s', (text, category) => expect(categoryOf(text)).toBe(category));

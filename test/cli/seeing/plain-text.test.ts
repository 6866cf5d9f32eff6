import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { asPrintable as getPrintable } from '../../../src/cli/commands/get.js';
import { asPrintable as listPrintable } from '../../../src/cli/commands/list.js';
import { statusLine } from '../../../src/cli/commands/status.js';
import { EXIT_CODES, exitCodeOf, exitCodeOfState, Interrupted, remedyOf } from '../../../src/cli/errors.js';
import { explain } from '../../../src/cli/explain/explain.js';
import { FORMATS } from '../../../src/cli/output/formats.js';
import { fitLine, frame } from '../../../src/cli/output/live-screen.js';
import { harmless, plainly, plainText } from '../../../src/cli/output/plain-text.js';
import { textOf } from '../../../src/cli/output/print.js';
import { COLOURED, PLAIN, styleOf, takeNoColor } from '../../../src/cli/output/style.js';
import { ageOf, shortTime, timeLeft } from '../../../src/cli/output/time-text.js';
import { renderExplanation } from '../../../src/cli/render-explanation.js';
import { historyLine, renderHistory } from '../../../src/cli/render-history.js';
import { renderTable } from '../../../src/cli/render-table.js';
import { ERROR_CODES, type ErrorCode, SluiceError } from '../../../src/domain/errors.js';
import { decision, HOSTILE, NOW, seen, spec, stateInBake, summary } from './example-rollout.js';

/** Whatever a terminal acts on, but for lines. */
const ACTS = /[\p{Zl}\p{Zp}\p{Bidi_Control}]|(?!\n)\p{Cc}/u;

test('text that would act is shown as what it is', () => {
  expect(plainText(HOSTILE)).toBe(
    String.raw`ok\u001b[2J\u001b]0;owned\u0007\n✔ approved by alice\r\u009b31m\u202etxt.exe`,
  );
  expect(plainText('größer → 猫 👩‍🚒 e\u{301}')).toBe('größer → 猫 👩‍🚒 e\u{301}');
  expect(plainly({ a: [HOSTILE, 1, null], [HOSTILE]: { b: true } })).toEqual({
    a: [plainText(HOSTILE), 1, null],
    [plainText(HOSTILE)]: { b: true },
  });
});

test('the net under all output lets our own styles through, and nothing else', () => {
  const ours = COLOURED.bad(COLOURED.bold('✖ aborted'));
  expect(harmless(`${ours}\n\tnext`)).toBe(`${ours}\n\tnext`);
  for (const theirs of [
    '\u{1b}[8m',
    '\u{1b}[5A',
    '\u{1b}]52;c;eA==\u{7}',
    '\u{9b}31m',
    '\u{1b}c',
    '\u{1b}[31;1m',
    '\u{8}\u{8}',
    '\u{9b}[31m',
  ])
    expect(harmless(`a${theirs}b`)).not.toMatch(ACTS);
  // The escapes are JSON's own.
  const data = { reason: '\u{9b}31m\u{202e}\u{7f}' };
  expect(JSON.parse(harmless(JSON.stringify(data)))).toEqual(data);
});

const state = stateInBake({
  owner: HOSTILE,
  reason: HOSTILE,
  waiting: { kind: 'approval', since: seen().state.startedAt, until: null, note: HOSTILE },
  paused: { actor: HOSTILE, reason: HOSTILE, at: seen().state.startedAt },
  evidence: stateInBake().evidence.map((one) => ({ ...one, metric: HOSTILE, reason: HOSTILE })),
});
const stored = summary({
  service: HOSTILE,
  reason: HOSTILE,
  owner: HOSTILE,
  candidate: HOSTILE,
  waiting: state.waiting,
});
const freezes = [
  {
    id: 'f-1',
    scope: '*',
    reason: HOSTILE,
    owner: HOSTILE,
    createdAt: '',
    expiresAt: state.startedAt,
    liftedAt: null,
    liftedBy: null,
    liftReason: null,
  },
];
const views: [string, string][] = [
  ...FORMATS.map((format): [string, string] => [
    `get ${format}`,
    textOf(format, getPrintable(seen({ state }), NOW, PLAIN)),
  ]),
  ...FORMATS.map((format): [string, string] => [
    `list ${format}`,
    textOf(format, listPrintable([{ ...stored, stored }], NOW, PLAIN)),
  ]),
  ['status', statusLine(state, NOW)],
  ['history', renderHistory([decision(1, { reason: HOSTILE, actor: HOSTILE })], PLAIN)],
  ['history --follow', plainText(historyLine(decision(1, { reason: HOSTILE })))],
  ['explain', renderExplanation(explain({ state, spec, freezes, queue: [] }, NOW), NOW)],
  ['any table', renderTable(['A'], [[HOSTILE]])],
];
test.each(views)('hostile text in %s does nothing, and makes no line of its own', (_, text) => {
  expect(harmless(text)).not.toMatch(ACTS);
  expect(text).not.toMatch(/^\s*✔ approved by alice/m);
});

test('YAML and JSON still say what was there', () => {
  const printable = getPrintable(seen({ state }), NOW, PLAIN);
  expect(parse(harmless(textOf('yaml', printable)))).toMatchObject({ reason: HOSTILE, owner: HOSTILE });
  expect(JSON.parse(harmless(textOf('json', printable)))).toMatchObject({ reason: HOSTILE, owner: HOSTILE });
});

test('tables count columns as terminals do', () => {
  expect(
    renderTable(
      ['NAME', 'N'],
      [
        ['猫', '1'],
        ['e\u{301}é', '2'],
      ],
    ),
  ).toBe('NAME  N\n猫    1\ne\u{301}é    2');
  expect(renderTable(['N'], [[{ text: 'x', tone: 'bad' }]], COLOURED)).toBe(
    '\u{1b}[2mN\u{1b}[22m\n\u{1b}[31mx\u{1b}[39m',
  );
});

test('a frame fits its screen', () => {
  expect(fitLine('猫猫猫', 5)).toBe('猫猫…\u{1b}[0m');
  expect(fitLine(COLOURED.bad('abcdef'), 4)).toBe('\u{1b}[31mabc…\u{1b}[0m');
  expect(fitLine('abcd', 4)).toBe('abcd');
  expect(frame('1\n2\n3\n4', 9, 3)).toBe('\u{1b}[H1\u{1b}[K\r\n2\u{1b}[K\r\n… 2 more…\u{1b}[0m\u{1b}[K\u{1b}[J');
});

test.each([
  [{ NO_COLOR: '1' }, true, PLAIN],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, PLAIN],
  [{ NO_COLOR: '' }, true, COLOURED],
  [{}, false, PLAIN],
  [{ TERM: 'dumb' }, true, PLAIN],
  [{ FORCE_COLOR: '1' }, false, COLOURED],
  [{ FORCE_COLOR: '0' }, true, PLAIN],
])('colours: %j on a terminal: %s', (env, isTTY, expected) => {
  expect(styleOf({ isTTY }, env)).toBe(expected);
});

test('--no-color may stand anywhere, but not behind --', () => {
  const env: NodeJS.ProcessEnv = {};
  expect(takeNoColor(['get', 'x', '--no-color'], env)).toEqual(['get', 'x']);
  expect(env).toEqual({ NO_COLOR: '1' });
  const other: NodeJS.ProcessEnv = {};
  expect(takeNoColor(['a', '--', '--no-color'], other)).toEqual(['a', '--', '--no-color']);
  expect(other).toEqual({});
});

test.each([
  [0, '0s'],
  [-5, '0s'],
  [999, '0s'],
  [192_000, '3m12s'],
  [3_600_000, '1h'],
  [3_660_000, '1h1m'],
  [90_061_000, '1d1h'],
])('%i ms is %s', (ms, text) => expect(shortTime(ms)).toBe(text));

test('countdowns', () => {
  const until = new Date(NOW).toISOString();
  expect(timeLeft(until, NOW - 500)).toBe('1s left');
  expect(timeLeft(until, NOW - 192_000)).toBe('3m12s left');
  expect(timeLeft(until, NOW)).toBe('over for 0s');
  expect(timeLeft(until, NOW + 65_000)).toBe('over for 1m5s');
  expect(ageOf('never', NOW)).toBe('never');
});

test('every error code has an exit code in the table, and says what to do next in one line', () => {
  const codes: number[] = EXIT_CODES.map(([code]) => code);
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const error = new SluiceError(code, 'x');
    expect(codes).toContain(exitCodeOf(error));
    expect(remedyOf(error)).toMatch(/^.{10,160}$/);
  }
  expect(remedyOf(new Error('x'))).toMatch(/SLUICE_DEBUG/);
  expect(exitCodeOf(new Interrupted('x'))).toBe(130);
  expect(codes).toContain(130);
});

test.each([
  ['progressing', 0],
  ['promoted', 0],
  ['failed', 1],
  ['aborted', 3],
  ['rolled-back', 3],
  ['waiting', 5],
  ['paused', 5],
] as const)('a rollout that is %s ends status with %i', (status, code) => {
  expect(exitCodeOfState({ status })).toBe(code);
});

test('the table of exit codes in the docs is the one of the code', async () => {
  const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [Number(code), meaning]);
  expect(rows).toEqual(EXIT_CODES);
});

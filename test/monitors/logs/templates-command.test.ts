import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { runCommand } from '../../setup/sluice.js';

const folder = mkdtempSync(join(tmpdir(), 'sluice-templates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const templates = (input: string, ...args: readonly string[]) => runCommand(['logs', 'templates', ...args], { input });
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; id: string | null; template: string | null });

test('a table: id, lines, template; the most frequent first', async () => {
  const path = file('a.log', 'took 3 ms\nlost 10.0.0.1\ntook 4 ms\n');
  const { code, stdout } = await templates('', path);
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s{2,}/).slice(1))).toEqual([
    ['LINES', 'TEMPLATE'],
    ['2', 'took <num>'],
    ['1', 'lost <ip>'],
    [],
  ]);
});

test('one answer for each line of standard input, in the end as all of them are grouped; secrets are masked', async () => {
  const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
  const lines = [...names.map((name) => `login of ${name}`), '', 'password=hunter2'];
  const { stdout } = await templates(`${lines.join('\r\n')}\r\n`, '-', '-o', 'ndjson');
  const rows = rowsOf(stdout);
  expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(rows.slice(0, 5).map(({ id }) => id)).size).toBe(1);
  expect(rows.map(({ template }) => template).slice(4)).toEqual(['login of <*>', '', 'password=<secret>']);
});

test('a column of CSV, with line breaks in its cells; a column that is not there', async () => {
  const path = file('b.csv', 'LineId,Content\n1,"took ""x"" 3 ms"\n2,"one\ntwo"\n3,took "y" 4 ms\n');
  const { stdout } = await templates('', path, '--csv-column', 'Content', '-o', 'json');
  const good = file('c.csv', 'LineId,Content\n1,"took, 3 ms"\n2,"one\ntwo"\n3,"took, 4 ms"\n');
  expect(stdout).toBe('');
  const found = await templates('', good, '--csv-column', 'Content', '-o', 'json');
  expect((JSON.parse(found.stdout) as object[]).map((one) => ({ ...one, id: '' }))).toEqual([
    { id: '', count: 2, template: 'took, <num>' },
    { id: '', count: 1, template: 'one two' },
  ]);
  const { code, stderr } = await templates('', good, '--csv-column', 'Message');
  expect(code).toBe(2);
  expect(stderr).toContain('no column "Message"; there are LineId, Content');
  const short = file('d.csv', 'LineId,Content\n1,took 3 ms\n2\n');
  const refused = await templates('', short, '--csv-column', 'Content');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no column "Content"; there are LineId')]);
});

test('as the api reads lines: without time and level; a stack trace is no message', async () => {
  const input = '2026-11-21T10:00:00Z ERROR lost 10.0.0.1\n    at main.js:1\n{"level":50,"msg":"lost 10.0.0.2"}\n';
  const { stdout } = await templates(input, '-', '--format', 'log', '-o', 'ndjson');
  expect(rowsOf(stdout).map(({ template }) => template)).toEqual(['lost <ip>', null, 'lost <ip>']);
});

test('a file that is not there', async () => {
  const { code, stderr } = await templates('', join(folder, 'none.log'));
  expect(code).toBe(1);
  expect(stderr).toContain('NOT_FOUND');
});

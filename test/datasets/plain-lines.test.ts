import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvFormat } from '../../src/datasets/csv-format.js';

/** Splitting and parsing must be the same thing: whatever the text, and wherever its chunks are cut. */
const OPTIONS = {
  bom: true,
  record_delimiter: ['\r\n', '\n', '\r'],
  skip_empty_lines: true,
  relax_column_count: true,
  info: true,
};
interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const cell = fc.oneof(
  fc.constantFrom('', ' ', ' a', 'b ', '\t', '1', '-2.5e3', 'é', '日本', '\f', '\u00a0x'),
  fc.constantFrom('"q"', '"a,b"', '"line\nbreak"', '"say ""hi"""'),
);
const line = fc.array(cell, { minLength: 3, maxLength: 3 });
const lineBreak = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\n \n');

test.each([',', ';', '\t'])('quoted or not, delimited by %j, as the parser reads it', async (delimiter) => {
  const text = fc
    .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.tuple(line, lineBreak), { maxLength: 12 }), fc.boolean())
    .map(([mark, rows, isEnded]) => {
      const all = [[['h1', 'h2', 'h3'], '\n'] as const, ...rows].map(([cells, end]) => cells.join(delimiter) + end);
      return mark + (isEnded ? all.join('') : all.join('').replace(/[\r\n ]+$/, ''));
    });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), async (csv, size) => {
      const trim = delimiter === '\t' ? {} : { trim: true };
      const parsed = parse(csv, { ...OPTIONS, ...trim, delimiter }) as unknown as Parsed[];
      const expected = parsed.slice(1).map(({ record, info }) => ({ cells: record, line: info.lines }));
      if (expected.some(({ cells }) => cells.length !== 3)) return;
      const found = await recordsOf(csv, delimiter, size);
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

async function recordsOf(csv: string, delimiter: string, size: number) {
  async function* chunks() {
    const characters = Array.from(csv);
    for (let at = 0; at < characters.length; at += size) yield Buffer.from(characters.slice(at, at + size).join(''));
  }
  const records: { cells: readonly unknown[]; line: number }[] = [];
  for await (const block of csvFormat(delimiter).records(chunks(), () => undefined)) records.push(...block);
  return records.map(({ cells, line: at }) => ({ cells, line: at }));
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeAlike } from '../../../src/monitors/logs/alike.js';
import { TemplateMiner } from '../../../src/monitors/logs/template-miner.js';
import type { LogTemplate } from '../../../src/ports/log-store.js';
import { CORPORA, corpusOf, groupingAccuracy } from './corpora.js';

const mined = (miner: TemplateMiner, ...messages: string[]) => messages.map((message) => miner.add(message, 0));
const letters = (n: number) => n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string);

describe('templates', () => {
  test('what differs becomes a wildcard; the id stays', () => {
    const miner = new TemplateMiner();
    const [first, second] = mined(miner, 'user alice logged in from 10.0.0.1', 'user alice logged out from 10.0.0.2');
    expect(first?.id).toBe(second?.id);
    expect(miner.state().templates).toEqual([{ id: first?.id, text: 'user alice logged <*> from <ip>' }]);
  });

  test('messages of other lengths, or of other first words, are others', () => {
    const miner = new TemplateMiner();
    const ids = mined(miner, 'cannot open file a', 'cannot open file', 'cannot close file a', 'will open file a').map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(4);
  });

  test('the empty message, one word and 10,000 words', () => {
    const miner = new TemplateMiner();
    const ids = mined(miner, '', 'x', 'word '.repeat(10_000), 'word '.repeat(9_999)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(miner.state().templates.every(({ text }) => text.length < 2000)).toBe(true);
  });

  test('goes on from its state, in JSON, as if it had not stopped', () => {
    const lines = corpusOf('OpenSSH', 400, 7).map(({ message }) => message);
    const whole = new TemplateMiner();
    const ids = mined(whole, ...lines).map(({ id }) => id);
    const half = new TemplateMiner();
    const before = mined(half, ...lines.slice(0, 200)).map(({ id }) => id);
    const other = TemplateMiner.from(JSON.parse(JSON.stringify(half.state())));
    const after = mined(other, ...lines.slice(200)).map(({ id }) => id);
    expect([...before, ...after]).toEqual(ids);
    expect(other.state()).toEqual(whole.state());
  });

  test('property: never throws, the same messages give the same, and a message fits its template', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '1', "'", '<*>', '/', '.'), maxLength: 30 }), {
          maxLength: 60,
        }),
        (messages) => {
          const [a, b] = [new TemplateMiner({ mostTemplates: 8 }), new TemplateMiner({ mostTemplates: 8 })];
          expect(mined(a, ...messages).map(({ id }) => id)).toEqual(mined(b, ...messages).map(({ id }) => id));
          expect(a.size).toBeLessThanOrEqual(8);
        },
      ),
      { seed: 20_261_121, numRuns: 300 },
    );
  });
});

describe('bounds', () => {
  test('100,000 different messages: few templates, little memory, the rest is counted', () => {
    const miner = new TemplateMiner();
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100_000; i += 1)
      miner.add(`${letters(i)} ${letters(i * 7)} ${'long'.repeat(40)}${letters(i * 3)}`, 0);
    global.gc?.();
    const grown = process.memoryUsage().heapUsed - before;
    expect(miner.size).toBeLessThanOrEqual(2000);
    expect(JSON.stringify(miner.state()).length).toBeLessThan(1_000_000);
    // Without a collection in between this is an upper bound.
    expect(grown).toBeLessThan(150_000_000);
    expect(miner.state().others).toBeGreaterThan(0);
  });

  test('so many new ones an hour; the next hour there are more, and the one unused for longest makes room', () => {
    const miner = new TemplateMiner({ mostTemplates: 3, mostNewHourly: 2 });
    const add = (word: string, hour: number) => miner.add(word, hour * 3_600_000).id;
    const [a, b] = [add('a', 0), add('b', 0)];
    expect(add('c', 0)).toBe('other');
    expect(add('a', 0)).toBe(a);
    const c = add('c', 1);
    expect(c).not.toBe('other');
    add('d', 1);
    expect(miner.state().templates.map(({ id }) => id)).not.toContain(b);
    expect(miner.state()).toMatchObject({ others: 1, evicted: 1 });
    expect(miner.size).toBe(3);
  });

  test('after a flood an old acquaintance is still known', () => {
    const miner = new TemplateMiner();
    const [known] = mined(miner, 'Connection to 10.0.0.1 refused');
    for (let i = 0; i < 5000; i += 1) {
      miner.add(`flood ${letters(i)} ${letters(i)}`, 0);
      if (i % 100 === 0) expect(miner.add('Connection to 10.0.0.2 refused', 0).id).toBe(known?.id);
    }
  });
});

describe('templates that say the same', () => {
  const template = (id: string, text: string, firstSeen = '2026-11-21T00:00:00Z'): LogTemplate => ({
    service: 's',
    id,
    text,
    sample: text,
    firstSeen,
    lastSeen: firstSeen,
  });
  const merged = (...templates: LogTemplate[]) =>
    Object.fromEntries([...mergeAlike(templates)].map(([id, one]) => [id, one.id]));

  test('equal ones, and cases of a more general one', () => {
    expect(
      merged(
        template('1', 'user alice logged in'),
        template('2', 'user <*> logged in'),
        template('3', 'user <*> logged in', '2026-11-20T00:00:00Z'),
        template('4', 'user bob logged out'),
      ),
    ).toEqual({ 1: '3', 2: '3', 3: '3', 4: '4' });
  });

  test('one that says hardly anything stands for itself alone', () => {
    expect(merged(template('1', '<*> <*> x'), template('2', 'a b x'))).toEqual({ 1: '1', 2: '2' });
  });

  test('two processes that see other parts of a log agree in the end', () => {
    const [one, two] = [new TemplateMiner(), new TemplateMiner()];
    const ids = corpusOf('model server', 2000, 3).map(({ message }, i) => (i % 2 ? one : two).add(message, 0).id);
    const all = [...one.state().templates, ...two.state().templates].map(({ id, text }) => template(id, text));
    const standsFor = mergeAlike(all);
    const truth = corpusOf('model server', 2000, 3).map((line) => line.template);
    expect(
      groupingAccuracy(
        truth,
        ids.map((id) => standsFor.get(id)?.id ?? id),
      ),
    ).toBeGreaterThan(0.95);
  });
});

test.each(Object.keys(CORPORA))('grouping accuracy on 2,000 made lines: %s', (name) => {
  const lines = corpusOf(name, 2000, 20_261_121);
  const miner = new TemplateMiner();
  const found = lines.map(({ message }) => miner.add(message, 0).id);
  expect(
    groupingAccuracy(
      lines.map(({ template }) => template),
      found,
    ),
  ).toBeGreaterThan(0.9);
});

test('grouping accuracy counts whole groups', () => {
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'a', 'b', 'b'])).toBe(1);
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'c', 'b', 'b'])).toBe(0.5);
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'a', 'a', 'b'])).toBe(0);
});

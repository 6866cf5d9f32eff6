import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeAlike } from '../../../src/monitors/logs/alike.js';
import { MessageGroups } from '../../../src/monitors/logs/group-messages.js';
import { TemplateMiner } from '../../../src/monitors/logs/template-miner.js';
import type { LogTemplate } from '../../../src/ports/log-store.js';
import { CORPORA, corpusOf, groupingAccuracy } from './corpora.js';
import { OTHER_SYSTEMS } from './other-systems.js';

const mined = (miner: TemplateMiner, ...messages: string[]) => messages.map((message) => miner.add(message, 0));
const letters = (n: number) => n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string);

describe('templates', () => {
  test('up to four different words make templates, more are names', () => {
    const miner = new TemplateMiner();
    const ins = mined(miner, ...['ann', 'bob', 'cid', 'dan'].map((name) => `user ${name} logged in from 10.0.0.1`));
    mined(miner, 'user ann logged out from 10.0.0.2');
    expect(miner.size).toBe(5);
    const [fifth] = mined(miner, 'user eve logged in from 10.0.0.1');
    expect(miner.state().templates.map(({ text }) => text)).toEqual([
      'user ann logged out from <ip>',
      'user <*> logged in from <ip>',
    ]);
    expect(ins.map(({ id }) => id)).toContain(fifth?.id);
    expect(miner.add('user zoe logged in from 10.0.0.9', 0).id).toBe(fifth?.id);
  });

  test('states may be more, and verbs a message begins with', () => {
    const miner = new TemplateMiner();
    mined(miner, ...['NEW', 'READY', 'RUNNING', 'DONE', 'FAILED', 'KILLED'].map((state) => `job 7 is now ${state}`));
    mined(
      miner,
      ...['opened', 'closed', 'stopped', 'started', 'paused', 'resumed'].map((did) => `the door was ${did}`),
    );
    mined(miner, ...['Open', 'Close', 'Lock', 'Paint', 'Wash', 'Move'].map((what) => `${what} the old green door`));
    expect(miner.size).toBe(18);
  });

  test.each([
    [['deleting a1, a2, a3 now', 'deleting a1 now'], 'deleting a<num> now'],
    [['read 10 bytes in 1 second', 'read 1.5 MB in 20 ms'], 'read <num> in <num>'],
    [['[Sun Dec 04 04:47:44 2005] up', '[Mon Dec 05 14:00:00 2005] up'], '[<time>] up'],
    [['peer 10.0.0.1:80 (id 5): gone', 'peer 10.0.0.2:80 (id 0x1f): gone'], 'peer <ip> (id <num>): gone'],
    [['login of root', 'login of 4711'], 'login of <*>'],
    [['set a=red, b=big, c=1', 'set a=blue, b=small, c=2'], 'set a=<*>, b=<*>, c=<num>'],
    [['use name=com.example.one now', 'use name=com.example.two now'], 'use name=<*> now'],
  ])('one template: %j', (messages, text) => {
    const miner = new TemplateMiner();
    mined(miner, ...messages);
    expect(miner.state().templates.map((one) => one.text)).toEqual([text]);
  });

  test('what differs in the words that are no parameters differs', () => {
    const miner = new TemplateMiner();
    mined(
      miner,
      'Received disconnect from 10.0.0.1: 11: Bye Bye [preauth]',
      'Received disconnect from 10.0.0.1: 11: disconnected by user',
      'connection from 10.0.0.1 (a.example.com)',
      'connection from 10.0.0.1 ()',
      '10.0.0.1 "GET /a HTTP/1.1" 200',
      '10.0.0.1 "PUT /a HTTP/1.1" 200',
    );
    expect(miner.size).toBe(6);
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
    ).toBeGreaterThan(0.93);
  });
});

const accuracyOf = (messages: readonly string[], truth: readonly (string | number)[]) => {
  const groups = new MessageGroups();
  for (const message of messages) groups.add(message);
  return groupingAccuracy(
    truth,
    groups.end().lines.map(({ id }) => id),
  );
};

// The model server has four models: few enough to be templates of their own.
test.each(Object.keys(CORPORA))('grouping accuracy on 2,000 made lines: %s', (name) => {
  const lines = corpusOf(name, 2000, 20_261_121);
  const truth = lines.map(({ template }) => template);
  expect(
    accuracyOf(
      lines.map(({ message }) => message),
      truth,
    ),
  ).toBeGreaterThan(0.93);
});

test.each(Object.entries(OTHER_SYSTEMS))('messages as %s writes them', (_, templates) => {
  const truth = templates.flatMap((messages, k) => messages.map(() => k));
  expect(accuracyOf(templates.flat(), truth)).toBeGreaterThan(0.85);
});

test('grouping accuracy counts whole groups', () => {
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'a', 'b', 'b'])).toBe(1);
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'c', 'b', 'b'])).toBe(0.5);
  expect(groupingAccuracy([1, 1, 2, 2], ['a', 'a', 'a', 'b'])).toBe(0);
});

import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.js';

interface Found {
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something: those without commands of their own, and those that have an action beside them. */
function commandsOf(parent: Command, path: readonly string[] = []): Found[] {
  return parent.commands.flatMap((command) => {
    const here = [...path, command.name()];
    // For shells: nobody types it.
    if (command.name().startsWith('__')) return [];
    const below = commandsOf(command, here);
    return hasAction(command) ? [{ path: here.join(' '), command }, ...below] : below;
  });
}

/** Commander says it to nobody. */
function hasAction(command: Command): boolean {
  return Reflect.get(command, '_actionHandler') != null;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text;
}

const found = commandsOf(buildProgram());
const examplesIn = (help: string) =>
  (help.split('\nExamples:\n')[1] ?? '')
    .split('\n\n')[0]
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '') ?? [];
const all = found.flatMap(({ path, command }) =>
  examplesIn(helpOf(command)).map((example) => ({ path, command, example })),
);

test('the verbs of the issue are there', () => {
  const names = buildProgram().commands.map((command) => command.name());
  const verbs =
    'init lint plan start get list status approve reject pause resume promote abort rollback retry set jump freeze history explain ' +
    'report plot models monitor incidents traffic feedback doctor dev worker gateway api completion';
  expect(names).toEqual(expect.arrayContaining(verbs.split(' ')));
});

test.each(found.map(({ path, command }) => [path, command] as const))(
  'sluice %s --help says what it is, with an example',
  (_, command) => {
    const help = helpOf(command);
    expect(command.description().length).toBeGreaterThan(10);
    expect(help.split('\nExamples:\n')).toHaveLength(2);
    expect(examplesIn(help).length).toBeGreaterThan(0);
    for (const option of command.options) if (option.long !== '--port') expect(option.description).not.toBe('');
  },
);

describe('every example is understood', () => {
  test.each(all.map(({ path, command, example }) => [example, path, command] as const))(
    '%s',
    (example, path, command) => {
      const words = wordsOf(example.replace(/ [|].*$/, ''));
      const start = words.indexOf('sluice') + 1;
      const names = path.split(' ');
      expect(words.slice(start, start + names.length)).toEqual(names);
      const { operands, unknown } = command.parseOptions(words.slice(start + names.length));
      expect(unknown).toEqual([]);
      const needed = command.registeredArguments.filter(({ required }) => required).length;
      const most = command.registeredArguments.some(({ variadic }) => variadic)
        ? Number.POSITIVE_INFINITY
        : command.registeredArguments.length;
      expect(operands.length).toBeGreaterThanOrEqual(needed);
      expect(operands.length).toBeLessThanOrEqual(most);
      for (const option of command.options) {
        if (option.mandatory) expect(command.getOptionValue(option.attributeName())).toBeDefined();
      }
    },
  );
});

/** As a shell splits them, up to a comment or another command. */
function wordsOf(line: string): string[] {
  const end = line.search(/ (?:\|\||&&) /);
  const one = end === -1 ? line : line.slice(0, end);
  return [...one.replace(/<\(|\)$/g, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

import { describe, expect, test } from '@jest/globals';
import { fillPromTemplate, promString, promTemplateFault } from '../../src/domain/promql.js';
import { fillTemplate, unknownVariable, variablesIn } from '../../src/domain/query-template.js';

const variables = {
  service: 'digits',
  version: 'v2.1',
  candidate: 'v2.1',
  baseline: 'v1',
  rolloutId: 'a"} or vector(1) #',
  window: '90s',
};
const filled = (template: string) => fillPromTemplate(template, variables);

describe('a PromQL template', () => {
  test('is filled by place: strings, regular expressions, and the window anywhere', () => {
    expect(filled(`rate(a{v="{{version}}",b!="{{ baseline }}"}[{{window}}] offset {{window}})`)).toBe(
      'rate(a{v="v2.1",b!="v1"}[90s] offset 90s)',
    );
    expect(filled(`a{v=~"x-{{version}}|{{baseline}}",w!~ # so\n '{{version}}'}`)).toBe(
      `a{v=~"x-v2\\\\.1|v1",w!~ # so\n 'v2\\\\.1'}`,
    );
    expect(filled(`a{r="{{rolloutId}}",s='{{rolloutId}}'}`)).toBe(`a{r="a\\"} or vector(1) #",s='a"} or vector(1) #'}`);
    expect(filled('up{a=~"x",v="{{version}}"}[{{ window }}]')).toBe('up{a=~"x",v="v2.1"}[90s]');
    expect(filled('up{a="b\\"{{version}}"} == 1 # no {x}')).toBe('up{a="b\\"v2.1"} == 1 # no {x}');
  });

  test('is refused where a value could do harm, or nobody knows the name', () => {
    const faults = {
      'up{v="{{verison}}"}': '{{verison}} is not known; known are {{service}}, {{version}}',
      'up{v={{version}}}': '{{version}} stands outside quotes; write it in the string of a label matcher',
      '{{service}}_errors': '{{service}} stands outside quotes',
      'up{v=`{{version}}`}': '{{version}} stands in a raw string, in which nothing can be escaped',
      'label_replace(up, "a", "{{version}}", "b", ".*")': '{{version}} stands in a string that is no label matcher’s',
      'count_values("{{service}}", up)': 'a string that is no label matcher’s',
      'up >= "{{version}}"': 'a string that is no label matcher’s',
      'up == "{{version}}"': 'a string that is no label matcher’s',
      'up # {{version}}': '{{version}} stands in a comment',
    };
    for (const [template, fault] of Object.entries(faults)) {
      expect(promTemplateFault(template)).toContain(fault);
      expect(() => filled(template)).toThrow(RangeError);
    }
    expect(promTemplateFault('up{v="{{version}}"} > bool 1')).toBeNull();
    expect(() => fillPromTemplate('up[{{window}}]', { ...variables, window: '1s] or up[90s' })).toThrow(RangeError);
    expect(() => fillPromTemplate('up[{{window}}]', { ...variables, window: '1s] or vector(1' })).toThrow(
      'a window of',
    );
  });

  test('a value is no more than text in a regular expression', () => {
    const version = 'a.b+c*d?(e)|[f]{g}^$\\';
    const [, pattern = ''] =
      /^up\{v=~(".*")\}$/.exec(fillPromTemplate('up{v=~"{{version}}"}', { ...variables, version })) ?? [];
    const exactly = new RegExp(`^(?:${JSON.parse(pattern)})$`);
    expect(exactly.test(version)).toBe(true);
    expect(exactly.source).toBe('^(?:a\\.b\\+c\\*d\\?\\(e\\)\\|\\[f\\]\\{g\\}\\^\\$\\\\)$');
  });

  test('a backslash before a variable does not undo the escape of its value', () => {
    const template = 'up{v="\\{{version}}"}';
    // The escape takes the first brace, so that no variable is left.
    expect(fillPromTemplate(template, { ...variables, version: '"} or up' })).toBe(template);
  });
});

test('strings are written so that PromQL’s lexer takes them', () => {
  expect(promString('a"b\\c\'d\n\u0000\ufffd\ud800é😀')).toBe(`"a\\"b\\\\c'd\\u000a\\u0000\\ufffd\\ufffdé😀"`);
});

test('plain templates', () => {
  expect(variablesIn('{{a}} {{ version }} {b} {{}}')).toEqual(['a', 'version', '']);
  expect(unknownVariable('{{version}} {{window}}')).toBeNull();
  expect(unknownVariable('{{}}')).toContain('{{}} is not known');
  expect(fillTemplate('{{version}}/{{nobody}}', () => '$&')).toBe('$&/{{nobody}}');
});

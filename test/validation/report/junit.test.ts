import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { ValidationReport } from '../../../src/domain/validation.js';
import { renderJunit } from '../../../src/validation/report/index.js';
import { findProgram } from '../../setup/program.js';
import { checkOf, reportOf } from './report-fixtures.js';

const python = findProgram('python3', process.env.PYTHON, 'install it (Debian: apt-get install python3) or set PYTHON');

/** What an XML parser that is not ours makes of it (Python's expat). */
interface Element {
  readonly tag: string;
  readonly attributes: Record<string, string>;
  readonly text: string;
  readonly children: Element[];
}
const PARSE = `
import json, sys, xml.etree.ElementTree as tree
def read(e):
    return dict(tag=e.tag, attributes=e.attrib, text=e.text or '', children=[read(c) for c in e])
print(json.dumps(read(tree.fromstring(sys.stdin.buffer.read()))))
`;
function parseXml(xml: string): Element {
  return JSON.parse(execFileSync(python!, ['-c', PARSE], { input: xml, encoding: 'utf8' })) as Element;
}
function suiteOf(report: ValidationReport): { root: Element; suite: Element; cases: Element[] } {
  const root = parseXml(renderJunit(report));
  const [suite] = root.children;
  return { root, suite: suite!, cases: suite!.children.filter(({ tag }) => tag === 'testcase') };
}

function sliceOf(slice: string, verdict: 'pass' | 'fail') {
  return { slice, rows: 40, candidate: 0.5, baseline: null, verdict };
}

(python === null ? describe.skip : describe)('as a real parser reads it', () => {
  test('a suite with its counts, and a case a check', () => {
    const { root, suite, cases } = suiteOf(
      reportOf([
        checkOf('accuracy'),
        checkOf('f1', {
          verdict: 'fail',
          reason: 'f1: too low',
          slices: [sliceOf('north', 'fail'), sliceOf('south', 'pass')],
        }),
        checkOf('mcc', { verdict: 'inconclusive', reason: 'mcc: nothing measured' }),
        checkOf('latency_p99', { verdict: 'fail', severity: 'warning', reason: 'latency_p99: slow' }),
        checkOf('server_memory', { verdict: 'inconclusive', severity: 'warning', reason: 'server_memory: unknown' }),
      ]),
    );
    const counts = { tests: '5', failures: '1', errors: '1', skipped: '1', time: '2.500' };
    expect(root).toMatchObject({ tag: 'testsuites', attributes: counts });
    expect(suite.attributes).toEqual({ ...counts, name: 'digits: v2 against v1', timestamp: '2025-03-04T10:00:00' });
    expect(cases.map(({ attributes }) => attributes.name)).toEqual([
      'accuracy',
      'f1',
      'mcc',
      'latency_p99',
      'server_memory',
    ]);
    expect(cases.map(({ children }) => children[0]?.tag)).toEqual([
      'system-out',
      'failure',
      'error',
      'system-out',
      'skipped',
    ]);
    expect(cases[1]!.children[0]).toMatchObject({
      attributes: { message: 'f1: too low', type: 'f1' },
      text: 'f1: too low\nnorth: 0.5 on 40 rows',
    });
    expect(cases[3]!.children[0]!.text).toBe('warning: latency_p99: slow');
    expect(cases.every(({ attributes }) => attributes.classname === 'digits.validation')).toBe(true);
  });

  test('properties say which versions, data and plan; what is unknown is left out', () => {
    const { suite } = suiteOf(reportOf([checkOf('accuracy')], { verdict: 'pass' }));
    const properties = suite.children.find(({ tag }) => tag === 'properties')!.children;
    const given = Object.fromEntries(properties.map(({ attributes }) => [attributes.name, attributes.value]));
    expect(given).toEqual({
      id: 'digits-1',
      verdict: 'pass',
      candidate: 'v2',
      'candidate.digest': `sha256:${'a'.repeat(64)}`,
      baseline: 'v1',
      dataset: 'examples/data/digits-holdout.csv',
      'dataset.digest': `sha256:${'d'.repeat(64)}`,
      'dataset.rows': '897',
      plan: `sha256:${'e'.repeat(64)}`,
    });
  });

  test.each([
    ['markup', `<a href="x">&'</a>`, `<a href="x">&'</a>`],
    ['the end of a CDATA section', 'x]]>y', 'x]]>y'],
    ['characters that XML has no word for', 'a\u0000\u0008\u000b\u001f\ufffe\uffffb', `a${'\ufffd'.repeat(6)}b`],
    ['halves of a surrogate pair', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['a whole one', 'a\u{1f600}b', 'a\u{1f600}b'],
    ['line breaks and tabs', 'a\r\n\tb', 'a\r\n\tb'],
  ])('%s reach the reader', (_, reason, read) => {
    const { cases } = suiteOf(reportOf([checkOf('accuracy', { verdict: 'fail', reason })]));
    const [failure] = cases[0]!.children;
    expect(failure!.attributes.message).toBe(read);
    expect(failure!.text).toBe(read);
  });
});

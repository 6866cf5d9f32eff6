import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { errorCatalogue } from '../../scripts/error-catalogue/error-catalogue.js';
import { ERROR_CODES } from '../../src/domain/errors.js';

test('docs/errors.md is what `npm run error-catalogue` writes', () => {
  expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorCatalogue());
});

test.each(Object.keys(ERROR_CODES))('%s has a meaning and a remedy', (code) => {
  const [, section = ''] = errorCatalogue().split(`\n## ${code}\n`);
  expect(section.split('\n\n').slice(0, 3).join('\n')).toMatch(/^\n?[A-Z].{20,}\nTry: .{10,}\./s);
});

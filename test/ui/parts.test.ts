import { describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { pageRoutes } from '../../src/api/page.js';
import { COMMAND_ROLES as ROLES_OF_THE_API } from '../../src/api/schema/command.js';
import { ROLES } from '../../src/api/schema/common.js';
import { formatQuantity } from '../../src/domain/quantity.js';
import { COMMAND_ROLES, may, roleRefusal } from '../../ui/src/data/access.js';
import { newDecisionId } from '../../ui/src/decision-id.js';
import { duration, number } from '../../ui/src/format.js';
import { layOut } from '../../ui/src/models/layout.js';
import { versionOf } from './fake-world.js';

describe('rights', () => {
  test('the page’s table is the api’s', () => {
    expect(COMMAND_ROLES).toEqual(ROLES_OF_THE_API);
  });

  test('each role may what those before it may', () => {
    for (const [at, role] of ROLES.entries())
      expect(ROLES.map((needed) => may(role, needed))).toEqual(ROLES.map((_, needed) => needed <= at));
    expect(roleRefusal('operator', 'approve')).toBe('approve needs the role approver; yours is operator');
    expect(roleRefusal('approver', 'abort')).toBeNull();
  });
});

test('the id of a decision is a random UUID', () => {
  const ids = Array.from({ length: 500 }, newDecisionId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

describe('numbers', () => {
  test.each([
    [null, '–'],
    [0, '0'],
    [0.0001234, '1.2e-4'],
    [0.12345, '0.123'],
    [12_345.6, '12,346'],
  ])('%p is %s', (value, text) => expect(number(value)).toBe(text));

  test('with units; a missing value is never 0', () => {
    expect([0.0123, 0.00001, 0].map((share) => formatQuantity(share, 'share'))).toEqual([
      '1.23 %',
      '0.001 %',
      '0.00 %',
    ]);
    expect([formatQuantity(20, 'ms'), formatQuantity(null, 'ms')]).toEqual(['20.0 ms', '–']);
  });

  test.each([
    [4000, '4 s'],
    [61_000, '1 min'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
    [-5, '0 s'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
});

test('a lineage: ancestors to the left, a parent that nobody registered among them', () => {
  const version = versionOf('digits', 'v2', 'mv-2', ['mv-1', 'mv-0']);
  const parent = versionOf('digits', 'v1', 'mv-1');
  const child = versionOf('small', 'v1', 'mv-3', ['mv-2']);
  const { nodes, edges } = layOut(
    [
      { version, generation: 0 },
      { version: parent, generation: -1 },
      { version: child, generation: 1 },
    ],
    ['mv-0'],
  );
  expect(Object.fromEntries(nodes.map(({ id, generation }) => [id, generation]))).toEqual({
    'mv-2': 0,
    'mv-1': -1,
    'mv-3': 1,
    'mv-0': -1,
  });
  expect(edges.map(({ from, to }) => `${from.id} ${to.id}`).toSorted()).toEqual([
    'mv-0 mv-2',
    'mv-1 mv-2',
    'mv-2 mv-3',
  ]);
  for (const { from, to } of edges) expect(from.x).toBeLessThan(to.x);
});

describe('the page’s files', () => {
  test('a page that is not built says how to build it', async () => {
    const server = Fastify();
    pageRoutes(server, '/nowhere');
    const answer = await server.inject({ url: '/' });
    expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining('npm run build:ui')]);
  });
});

import { expect, test } from '@jest/globals';
import { COMMAND_ROLES, may, ROLES } from '../../src/domain/api-role.js';
import { subjectFault } from '../../src/domain/identity.js';

test('each role may do what those before it may', () => {
  expect(ROLES.map((role) => ROLES.filter((needed) => may(role, needed)))).toEqual([
    ['viewer'],
    ['viewer', 'operator'],
    ['viewer', 'operator', 'approver'],
    ['viewer', 'operator', 'approver', 'admin'],
  ]);
  const commands = Object.entries(COMMAND_ROLES);
  expect(commands.flatMap(([command, role]) => (may('operator', role) ? [] : [command]))).toEqual([
    'approve',
    'reject',
    'delegate',
    'break-glass',
    'force',
  ]);
});

test.each(['alice', 'Zoë ☃', 'sluice-bot', 'role', 'user:role:x', 'x'.repeat(200)])('%s can name a person', (name) => {
  expect(subjectFault(name)).toBeNull();
});

test.each([
  ['nobody', ''],
  ['a space', ' '],
  ['a space before', ' alice'],
  ['a space after', 'alice '],
  ['201 characters', 'x'.repeat(201)],
  ['a line break within', 'ali\nce'],
  ['a NUL', 'ali\0ce'],
  ['the name of rules', 'sluice'],
  ['the name of a role', 'role:release'],
  ['a role without a name', 'role:'],
])('%s can’t', (_, name) => {
  expect(subjectFault(name)).toEqual(expect.any(String));
});

test('what is wrong with a name is said', () => {
  expect(subjectFault('x'.repeat(201))).toContain('201');
  expect(subjectFault('ali\nce')).toContain('control');
  expect(subjectFault(' sluice')).toContain('space');
  expect(subjectFault('sluice')).toContain('taken');
});

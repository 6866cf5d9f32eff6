import type { CommandName, Role } from './types.js';

/** Each may do what those before it may. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'approver', 'admin'];

/** As src/api/schema/command.ts has it; test/ui/parts.test.ts holds the two together. */
export const COMMAND_ROLES: Readonly<Record<CommandName, Role>> = {
  approve: 'approver',
  reject: 'approver',
  delegate: 'approver',
  pause: 'operator',
  resume: 'operator',
  promote: 'operator',
  'promote-full': 'operator',
  extend: 'operator',
  'set-weight': 'operator',
  jump: 'operator',
  abort: 'operator',
  rollback: 'operator',
  retry: 'operator',
  'set-owner': 'operator',
  'break-glass': 'admin',
  force: 'admin',
};

export function may(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Why the role is not enough; null where it is. The api has the last word: this only saves a click. */
export function roleRefusal(role: Role, command: CommandName): string | null {
  const needed = COMMAND_ROLES[command];
  return may(role, needed) ? null : `${command} needs the role ${needed}; yours is ${role}`;
}

import { COMMAND_ROLES, type CommandName, may, type Role } from '../../../src/domain/api-role.js';

export { COMMAND_ROLES, may };

/** Why the role is not enough; null where it is. The api has the last word: this only saves a click. */
export function roleRefusal(role: Role, command: CommandName): string | null {
  const needed = COMMAND_ROLES[command];
  return may(role, needed) ? null : `${command} needs the role ${needed}; yours is ${role}`;
}

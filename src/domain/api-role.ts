/** Each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function may(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Brings what others record (gateways, shippers of logs, importers of feedback), and may do nothing else; stands beside the others. */
export const INTAKE = 'intake';

/** What may be asked of a service's rollout, and by whom. */
export const COMMAND_ROLES = {
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
} as const satisfies Record<string, Role>;
export type CommandName = keyof typeof COMMAND_ROLES;

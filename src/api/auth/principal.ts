import { INTAKE, may, ROLES, type Role } from '../../domain/api-role.js';
import type { Identity } from '../../domain/identity.js';

/** Who a request is from. */
export interface Principal extends Identity {
  /** What people read. */
  readonly name: string;
  /** The highest of the api's own; null: none. */
  readonly role: Role | null;
  /** By a token of one person or machine; else the name is the api's own, for whoever may come in. */
  readonly isProven: boolean;
}

export const ADMIN: Principal = { subject: 'admin', name: 'admin', roles: ['admin'], role: 'admin', isProven: false };
/** Whoever is on this machine, where nothing else is asked for. */
export const LOCAL: Principal = { ...ADMIN, subject: 'local', name: 'whoever is on this machine' };

export function highestRole(roles: readonly string[]): Role | null {
  return ROLES.findLast((role) => roles.includes(role)) ?? null;
}

export function hasRole({ role, roles }: Pick<Principal, 'role' | 'roles'>, wanted: Role | typeof INTAKE): boolean {
  if (wanted === INTAKE) return role === 'admin' || roles.includes(INTAKE);
  return role !== null && may(role, wanted);
}

import { describeError, SluiceError } from '../domain/errors.js';

/** SQLSTATE classes that say "not now": connection, authorisation, no such database, rollback, resources, operator, system. */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '3D', '40', '53', '57', '58']);
/** Data exception and integrity violation. */
const REFUSED_CLASSES = new Set(['22', '23']);
/** read_only_sql_transaction: for a while after a failover, the server we reach is the standby. lock_not_available: somebody holds it. */
const UNAVAILABLE_STATES = new Set(['25006', '55P03']);
/** insufficient_privilege */
const FORBIDDEN = '42501';

/**
 * Turns what a database driver threw into what the store promises.
 * @param place the database in words, without credentials
 * @returns SluiceError STORE_UNAVAILABLE, RangeError for a refused value, or the fault itself where it is a defect of ours
 */
export function asStoreFault(fault: unknown, place: string): unknown {
  const state = sqlState(fault);
  if (state !== undefined && REFUSED_CLASSES.has(state.slice(0, 2)))
    return new RangeError(`the store refused a value: ${describeError(fault)}`, { cause: fault });
  if (state === FORBIDDEN)
    return new SluiceError(
      'STORE_UNAVAILABLE',
      `${place} gives us too few rights (${describeError(fault)}): the role of DATABASE_URL makes the schema "sluice" and owns it, so GRANT CREATE ON DATABASE <database> TO <role>`,
      { cause: fault },
    );
  // Without a state the fault never came from the database: a refused or lost connection, a time-out, a closed client.
  const unavailable =
    state === undefined
      ? !(fault instanceof TypeError)
      : UNAVAILABLE_STATES.has(state) || UNAVAILABLE_CLASSES.has(state.slice(0, 2));
  if (unavailable) return new SluiceError('STORE_UNAVAILABLE', `${place} cannot answer`, { cause: fault });
  return fault;
}

function sqlState(fault: unknown): string | undefined {
  if (typeof fault !== 'object' || fault === null || !('code' in fault)) return undefined;
  // Node's own codes (ECONNREFUSED) share the field; a SQLSTATE has five characters and a message from the server.
  return typeof fault.code === 'string' && /^[0-9A-Z]{5}$/.test(fault.code) && 'severity' in fault
    ? fault.code
    : undefined;
}

/** Why a connection failed, such as ECONNREFUSED, and no more of the error: address and headers may be secrets. null where it does not say. */
export function connectionCode(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : null;
}

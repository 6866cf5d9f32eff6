/** When both windows end. */
export const AT = '2026-11-21T12:00:00.000Z';
const SPAN = { service: 's', version: 'v1', since: '2026-11-21T00:00:00.000Z', until: AT };

/** Windows of one version, of which the reference is its own past. */
export const FOUND = {
  kind: 'found',
  version: 'v1',
  reference: SPAN,
  current: SPAN,
  isOwnPast: true,
  state: { reference: null },
} as const;

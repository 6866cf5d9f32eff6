import { AccessError } from '../problem.js';

/** Of a token that was brought and is not taken; who brought none is asked for one. */
export function denied(message: string): AccessError {
  return new AccessError('UNAUTHORIZED', message, {
    'www-authenticate': 'Bearer realm="sluice", error="invalid_token"',
  });
}

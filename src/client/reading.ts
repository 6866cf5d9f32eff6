import { describeError } from '../domain/errors.js';

/** What was asked for, or why it could not be had. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unread'; readonly error: string };

/** Whatever goes wrong becomes part of what is known. */
export async function reading<T>(ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { kind: 'read', value: await ask() };
  } catch (error) {
    return { kind: 'unread', error: describeError(error) };
  }
}

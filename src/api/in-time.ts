import { SluiceError } from '../domain/errors.js';

/** Whoever stops something waits on a page for ten seconds, and a store that hangs would keep them for thirty. */
const ANSWER_MS = 2000;

/** @throws {SluiceError} STORE_UNAVAILABLE where the store does not answer at all; what was asked of it goes on */
export async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new SluiceError('STORE_UNAVAILABLE', `the store gives no answer within ${ANSWER_MS} ms`);
    timer = setTimeout(() => reject(error), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

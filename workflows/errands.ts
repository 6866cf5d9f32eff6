import { log } from '@temporalio/workflow';
import type { Errand } from './input.js';
import { lastPortion } from './portion.js';

/** Of JSON, of all targets together. */
const MOST_CHARACTERS = 400_000;

/** What goes on to the next run, or to the outbox: of a target that has not answered for weeks the newest notices. The ledger has them all. */
export function handedOn(errands: readonly Errand[]): Errand[] {
  return errands.map(({ target, notices }) => {
    const kept = lastPortion(notices, MOST_CHARACTERS / errands.length);
    if (kept.length < notices.length) log.warn(`not told: the oldest ${notices.length - kept.length} notices`);
    return { target, notices: kept };
  });
}

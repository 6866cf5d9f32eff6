import { patched, workflowInfo } from '@temporalio/workflow';

/**
 * Whether a rollout has the shape of those that can be left alone: a proven start, a drill of the way back, freezes and hooks before each move, a watch after the
 * cutover, endings that tidy up. One that began before keeps its own shape until it continues as new. One name for all of it: each would be three events.
 */
export function isUnattended(): boolean {
  return patched('unattended');
}

/** Temporal suggests it at 4,096 events; what is under way then takes a few more. */
const MOST_EVENTS = 4000;

/** Whether it is time to go on in a new run. */
export function isLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= MOST_EVENTS;
}

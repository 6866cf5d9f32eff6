import { z } from 'zod';
import { duration } from '../duration.js';
import { versionName } from '../target.js';

const MINUTE_MS = 60_000;
/** The windows of the history are read one by one. */
const MOST_WINDOWS = 2000;

/** A monitor of what gateways and model servers write to their logs. */
export const logsMonitor = z
  .strictObject({
    kind: z.literal('logs'),
    window: duration.prefault('10m').describe('What is looked at; whole minutes.'),
    history: duration
      .prefault('24h')
      .describe('What is known from before the window: errors, and how many of them are usual.'),
    baseline: versionName.optional().describe('Default: that of the service’s route.'),
    candidate: versionName
      .optional()
      .describe('Default: that of the service’s route; without one only the service is judged.'),
    exposure: z
      .enum(['requests', 'lines'])
      .default('requests')
      .describe('What errors are counted by: requests that gateways recorded (where there are none: lines), or lines.'),
    minExposure: z.int().min(10).default(50).describe('Requests or lines that each version needs.'),
    minCount: z.int().min(2).default(5).describe('Errors of one signature before it is judged.'),
    ratio: z
      .number()
      .min(1)
      .default(3)
      .describe('How much more often the candidate must have a signature that both have.'),
    alpha: z.number().gt(0).lt(0.5).default(0.001).describe('Chance of a false finding a run, over all signatures.'),
    environmentShare: z
      .number()
      .gt(0)
      .default(0.05)
      .describe(
        'New errors of both versions are critical from this many for each request or line on, and else a warning.',
      ),
    deviations: z
      .number()
      .min(3)
      .default(5)
      .describe('How far the service’s rates may lie from their median before they are unusual, in robust deviations.'),
    retention: duration.prefault('30d').describe('Older counts and templates are dropped, at most once a day.'),
  })
  .superRefine(({ window, history, retention }, ctx) => {
    const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (window % MINUTE_MS !== 0) refuse('window', 'expected whole minutes');
    if (history < window) refuse('history', 'expected at least one window');
    if (history / window > MOST_WINDOWS) refuse('history', `expected at most ${MOST_WINDOWS} windows`);
    if (retention < history + window || retention < 24 * 60 * MINUTE_MS)
      refuse('retention', 'expected at least 1d, and history and window together');
  });

export type LogsMonitor = z.output<typeof logsMonitor>;

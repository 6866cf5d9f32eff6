import { z } from 'zod';
import { LONGEST_MS } from '../duration.js';
import { HASHES } from '../hash.js';
import type { Protocol } from '../route.js';
import { conditionShape } from './condition.js';
import { duration } from './duration.js';
import { modelTarget } from './target.js';

type Time = z.ZodType<number>;
const share = z.number().min(0).max(1);
export const percent = z.number().min(0).max(100);

/** Above its limits in the last requests, the candidate is taken out by the gateway itself, before any analysis. */
const brakeOf = (time: Time) =>
  z
    .strictObject({
      requests: z.int().min(10).max(1000).default(100).describe('The newest answers of a version that are looked at.'),
      within: time.default(60_000).describe('Answers older than this are not looked at. Default 1m.'),
      minRequests: z.int().min(1).max(1000).default(20).describe('Answers of the candidate before it may trip.'),
      errorRate: z
        .strictObject({
          max: share.optional().describe('Share of failed answers that is tolerated.'),
          aboveBaseline: share.optional().describe('How much higher than the baseline’s it may be.'),
        })
        .optional(),
      latency: z
        .strictObject({
          quantile: z.number().gt(0).lt(1).default(0.9),
          max: time.optional().describe('What the quantile may be.'),
          timesBaseline: z.number().gt(1).optional().describe('How many times the baseline’s it may be.'),
        })
        .optional(),
    })
    .refine(({ minRequests, requests }) => minRequests <= requests, {
      path: ['minRequests'],
      error: 'more than `requests` are looked at never',
    })
    .refine(
      ({ errorRate, latency }) =>
        [errorRate?.max, errorRate?.aboveBaseline, latency?.max, latency?.timesBaseline].some(
          (limit) => limit !== undefined,
        ),
      { error: 'a brake needs a limit: errorRate.max, errorRate.aboveBaseline, latency.max or latency.timesBaseline' },
    );

const segment = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
  ...conditionShape,
  percent: percent.optional().describe('A weight of its own while the candidate is exposed; default: the rollout’s.'),
});

/** How gateways treat a service's requests, with durations as `time` reads them. */
const trafficOf = (time: Time) =>
  z.strictObject({
    hash: z.enum(HASHES).default('murmur3').describe('Of assignment; xxh32 and xxh64 agree with HAProxy and Envoy.'),
    fallback: z
      .enum(['baseline', 'none'])
      .default('baseline')
      .describe('Who answers where the candidate fails before any of its answer is out.'),
    candidateTimeout: time.optional().describe('Until the candidate’s answer begins; after it, the fallback.'),
    deadline: time.optional().describe('Until an answer begins, fallback included; after it, status 504.'),
    brake: brakeOf(time).optional(),
    warmUp: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe(
        'Recent requests that a version answers, unseen, before it gets its first weight; it must be ready as well.',
      ),
    segments: z
      .array(segment)
      .max(20)
      .default([])
      .describe('Named parts of the traffic; the first that matches counts.'),
    audience: z
      .enum(['all', 'segments'])
      .default('all')
      .describe('Who may meet the candidate: everybody, or only who is in a segment.'),
    others: z
      .array(modelTarget.extend({ weight: percent }))
      .max(8)
      .default([])
      .describe('Further versions with a fixed share of the units, outside of the comparison.'),
    scoreTolerance: z
      .number()
      .min(0)
      .optional()
      .describe('Shadow answers whose scores differ by no more than this agree, whatever their labels.'),
  });

/** As a user writes it: `30s`. */
export const traffic = trafficOf(duration);
/** As a route carries it: milliseconds. */
export const routeTraffic = trafficOf(z.int().min(1).max(LONGEST_MS));

/**
 * Percent of others, and of one more, without what tenths and hundredths leave over as binary fractions: 0.2 + 83.9 + 15.9 is 100.
 * @param policy with the others that there are, where there is one
 */
export function percentTogether(
  policy: { readonly others: readonly { readonly weight: number }[] } | undefined,
  onePercent = 0,
): number {
  return Number((policy?.others ?? []).reduce((sum, { weight }) => sum + weight, onePercent).toFixed(9));
}

/**
 * What a policy must be beside a rollout's other parts.
 * @param highestPercent weight that the candidate will have while it shares the traffic
 */
export function checkTraffic(
  { attributes = {} }: Protocol,
  policy: TrafficPolicy | undefined,
  highestPercent: number,
  refuse: (path: (string | number)[], message: string) => void,
): void {
  const { segments = [] } = policy ?? {};
  for (const [index, { name, when }] of segments.entries()) {
    if (segments.findIndex((other) => other.name === name) < index)
      refuse(['segments', index, 'name'], `segment ${name} is given twice`);
    for (const attribute of new Set([when ?? []].flat().flatMap((tests) => Object.keys(tests))))
      if (!Object.hasOwn(attributes, attribute))
        refuse(['segments', index, 'when'], `attribute ${attribute} is not in protocol.attributes`);
  }
  if (policy?.audience === 'segments' && segments.length === 0)
    refuse(['audience'], 'an audience of segments needs segments');
  if (percentTogether(policy, highestPercent) > 100)
    refuse(
      ['others'],
      `others have ${percentTogether(policy)} %, and the candidate up to ${highestPercent} %: more than 100 % together`,
    );
}

export type TrafficPolicy = z.output<typeof traffic>;
export type Brake = NonNullable<TrafficPolicy['brake']>;

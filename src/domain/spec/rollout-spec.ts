import { z } from 'zod';
import { HOUR_MS } from '../duration.js';
import { guardrailName } from '../guardrail-name.js';
import { duration } from './duration.js';
import { checkExperiment } from './experiment.js';
import { type Guardrail, guardrail } from './guardrail.js';
import { checkHooks, hooks } from './hooks.js';
import { checkImpact } from './impact.js';
import { metricDefinition } from './metric-definition.js';
import { notify } from './notify.js';
import { type Canary, phases } from './phases.js';
import { checkRegistry, registry } from './registry.js';
import { checkRollback, rollback } from './rollback.js';
import { scaling } from './scaling.js';
import { modelTarget, protocol, serviceName } from './target.js';
import { checkTraffic, traffic } from './traffic.js';
import { windows } from './windows.js';

const people = z.array(z.string().min(1).max(200)).max(100).default([]);
const rights = z.strictObject({
  promoteFull: people.describe('Skip all gates up to the cutover. Subjects, or role:<name>.'),
  breakGlass: people.describe('Move forward once in spite of a freeze.'),
  trustSignals: z
    .boolean()
    .default(false)
    .describe('Take bare signals (Temporal CLI, Web UI) that move forward. Those that stop are always taken.'),
});

/** A rollout, as its owner writes it. Unknown keys are refused: a misspelt guardrail must not be a missing one. */
export const rolloutSpec = z
  .strictObject({
    sluice: z.literal('v1'),
    service: serviceName.describe('The logical endpoint. One rollout at a time is active on it.'),
    owner: z.string().min(1).max(100),
    baseline: modelTarget.describe('What serves now.'),
    candidate: modelTarget.describe('What is under trial.'),
    protocol,
    traffic: traffic.optional().describe('How gateways treat requests: brake, fallback, segments.'),
    registry: registry.optional().describe('Registered versions: their digests are kept in view, their aliases moved.'),
    rights: rights.prefault({}).describe('Who may do what nobody may by default.'),
    initialDelay: duration.optional().describe('Wait this long before the validation suite begins.'),
    progressDeadline: duration
      .optional()
      .describe('Rolled back when it has not moved for so long, waits for people, pauses and freezes not counted.'),
    rollback: rollback.prefault({}),
    windows: windows.optional().describe('When it may move forward, and when not. Rollback is always allowed.'),
    notify: notify.optional().describe('Who is told what becomes of it.'),
    hooks: hooks.optional().describe('Who is asked, or starts a load test, at points of it.'),
    scaling: scaling
      .optional()
      .describe('How many model servers there are before traffic comes, and after it has gone.'),
    guardrails: z.array(guardrail).min(1),
    metrics: z
      .array(metricDefinition)
      .max(50)
      .optional()
      .describe('What an A/B evaluation may measure beside what Sluice defines itself.'),
    phases,
    watch: z
      .strictObject({
        tick: z.int().min(200).max(60_000).default(5000).describe('Milliseconds between two looks at the guardrails.'),
        window: z
          .int()
          .min(1000)
          .max(HOUR_MS)
          .default(300_000)
          .describe('Milliseconds that one activity watches at most.'),
        lease: z
          .int()
          .min(2000)
          .max(600_000)
          .default(30_000)
          .describe('Milliseconds the candidate serves without a renewal.'),
        alpha: z
          .number()
          .gt(0)
          .lte(0.2)
          .default(0.05)
          .describe('Chance of a false rollback, over all guardrails and weights.'),
      })
      .prefault({}),
  })
  .superRefine((spec, ctx) => {
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (spec.baseline.version === spec.candidate.version)
      refuse(['candidate', 'version'], `candidate and baseline are the same version, ${spec.candidate.version}`);
    if (spec.watch.lease < 4 * spec.watch.tick)
      refuse(['watch', 'lease'], `lease ${spec.watch.lease} ms is shorter than four ticks of ${spec.watch.tick} ms`);
    const { canary, abTest } = spec.phases;
    const last = Math.max(0, ...canary.steps.map((step) => ('setWeight' in step ? step.setWeight : 0)));
    if (abTest && abTest.split < last)
      refuse(
        ['phases', 'abTest', 'split'],
        `split ${abTest.split} is below the last canary weight ${last}: users would move back`,
      );
    checkExperiment(spec, refuse);
    checkImpact(spec, refuse);
    checkRegistry(spec, refuse);
    checkRollback(spec.rollback, (path, message) => refuse(['rollback', ...path], message));
    const present = ['validation', 'cutover', ...Object.keys(spec.phases)];
    checkHooks(spec.hooks ?? [], { present, steps: spec.phases.canary.steps.length }, (path, message) =>
      refuse(['hooks', ...path], message),
    );
    checkDeadline(spec.progressDeadline, spec.phases.canary, (message) => refuse(['progressDeadline'], message));
    checkTraffic(spec.protocol, spec.traffic, Math.max(last, abTest?.split ?? 0), (path, message) =>
      refuse(['traffic', ...path], message),
    );
    const seen = new Set<string>();
    for (const [index, given] of spec.guardrails.entries()) {
      const name = guardrailName(given);
      const key = given.metric === 'query' ? 'name' : given.metric === 'monitor' ? 'monitor' : 'metric';
      if (seen.has(name)) refuse(['guardrails', index, key], `guardrail ${name} is given twice`);
      seen.add(name);
      checkLooks(given, spec.watch.lease, (path, message) => refuse(['guardrails', index, ...path], message));
    }
  });

/** A step that is planned to take longer than the deadline would always end in a rollback. */
function checkDeadline(deadline: number | undefined, { steps }: Canary, refuse: (message: string) => void): void {
  if (deadline === undefined) return;
  for (const [index, step] of steps.entries()) {
    const ms = 'setWeight' in step ? step.bake : 'duration' in step.pause ? step.pause.duration : 0;
    if (ms >= deadline) refuse(`step ${index + 1} alone takes ${ms} ms, and the deadline is ${deadline} ms`);
  }
}

function checkLooks(guardrail: Guardrail, leaseMs: number, refuse: (path: string[], message: string) => void): void {
  if (guardrail.metric === 'query') {
    const { timeout = 0 } = guardrail;
    // The lease is renewed between two looks, and a look waits for its queries.
    if (timeout > leaseMs / 4)
      refuse(['timeout'], `timeout ${timeout} ms is over a quarter of the lease, ${leaseMs} ms`);
    return;
  }
  if (guardrail.metric === 'monitor') return;
  if (guardrail.metric === 'kayenta') {
    if (guardrail.interval % 10_000 !== 0)
      refuse(['interval'], `interval ${guardrail.interval} ms is not a whole multiple of 10 s`);
    return;
  }
  const { sequential, minSamples } = guardrail;
  if (sequential && sequential.samples / sequential.looks < minSamples)
    refuse(
      ['sequential', 'looks'],
      `${sequential.looks} looks at ${sequential.samples} samples are ${Math.floor(sequential.samples / sequential.looks)} a look; minSamples is ${minSamples}`,
    );
}

/** What a user writes (durations as text, defaults left out). */
export type RolloutSpecInput = z.input<typeof rolloutSpec>;
/** What the workflow runs (durations in milliseconds, defaults filled in). Plain JSON. */
export type RolloutSpec = z.output<typeof rolloutSpec>;

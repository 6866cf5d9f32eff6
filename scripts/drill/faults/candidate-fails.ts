import { assertSeen, type Exercise, type Finding, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import type { Site } from '../site.js';
import { type Changes, LONG, TICK_MS } from '../specs.js';
import { seconds } from '../wait.js';

const GUARDED = 'fails-guarded';
const BRAKED = 'fails-braked';
/** Enough for a verdict well within a tick. */
const PER_SECOND = 60;

/** The candidate answers 500 from one moment to the next. */
export const candidateFails: Exercise = {
  name: 'candidate-fails',
  services: [GUARDED, BRAKED],
  run: async (site) => [
    await fails(site, 'a candidate that fails, found by a guardrail', GUARDED, TICK_MS + 2000, {
      guardrails: [{ metric: 'error_rate', margin: 0.05, minSamples: 20, critical: true }],
    }),
    await fails(site, 'a candidate that fails, found by the brake', BRAKED, 2000, {
      guardrails: [{ metric: 'error_rate', margin: 0.9, minSamples: 100_000 }],
      traffic: { brake: { minRequests: 10, errorRate: { max: 0.5 } } },
    }),
  ],
};

function fails(site: Site, drill: string, service: string, boundMs: number, changes: Changes): Promise<Finding> {
  return find(drill, `weight 0 within ${seconds(boundMs)}; rolled-back`, async () => {
    const started = await site.start(service, PER_SECOND, { ...changes, phases: { canary: { steps: LONG } } });
    await site.untilAt(service, 50);
    const from = performance.now();
    site.installation.candidate.set(service, { fails: true });
    const ms = await site.back(drill, service, { from, boundMs });
    const seen = `weight 0 after ${seconds(ms)}; ${await endsWell(site, started, 'rolled-back')}`;
    site.load.rate(service, 0);
    assertSeen(ms <= boundMs, seen);
    return seen;
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { sendCommand } from '../../src/client/send-command.js';
import { startRollout } from '../../src/client/start-rollout.js';
import type { ExperimentReport } from '../../src/domain/experiment.js';
import { hasEnded, type RolloutState } from '../../src/domain/rollout-state.js';
import type { RolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Installation } from './installation.js';
import { SPLIT } from './specs.js';
import type { Audience, Met, Users } from './users.js';

/** One rollout, and what its users truly do. */
export interface TrialPlan {
  readonly spec: RolloutSpec;
  readonly rates: Audience['rates'];
  readonly random: () => number;
}

export interface TrialEnd {
  readonly state: RolloutState;
  /** All looks that were kept, oldest first. */
  readonly looks: readonly ExperimentReport[];
  /** A person would have had to decide; it was aborted in his place. */
  readonly isHeld: boolean;
  /** Users who were answered by each arm during the evaluation. */
  readonly met: Readonly<Record<'baseline' | 'candidate', number>>;
  readonly seconds: number;
}

const POLL_MS = 400;
const LONGEST_MS = 300_000;
/** Units of the canary: as many as let its guardrail pass, and some now and then should it need more. */
const CANARY_UNITS = 120;
const NOW_AND_THEN = 0.02;
const NOT_COUNTED: Met = () => undefined;

export interface TrialWorld {
  readonly installation: Installation;
  readonly users: Users;
  /** Called once the evaluation has all the users it planned for, or is over. */
  readonly served?: () => void;
}

/** Starts the rollout, brings users for as long as its evaluation wants some, and waits for its end. */
export async function runTrial({ installation, users, served }: TrialWorld, plan: TrialPlan): Promise<TrialEnd> {
  const { client, store } = installation;
  const { service } = plan.spec;
  const began = performance.now();
  const { rolloutId } = await startRollout(client, plan.spec, 'bench');
  const crowd = new Crowd(plan);
  users.add(crowd);
  let isHeld = false;
  try {
    for (;;) {
      await sleep(POLL_MS);
      const state = await store.rollout(rolloutId);
      if (state === null) continue;
      crowd.state = state;
      if (crowd.isServed) served?.();
      if (hasEnded(state.status)) break;
      const isLate = performance.now() - began > LONGEST_MS;
      if (!isHeld && (state.waiting?.kind === 'hold' || isLate)) {
        isHeld = true;
        await sendCommand(client, service, 'abort', { actor: 'bench', reason: isLate ? 'too long' : 'nobody decides' });
      }
    }
  } finally {
    users.remove(crowd);
    served?.();
  }
  const state = crowd.state as RolloutState;
  const looks = await store.record.experiments(rolloutId);
  return { state, looks, isHeld, met: crowd.counts, seconds: (performance.now() - began) / 1000 };
}

/** The users of one rollout. They stay away once the planned sample is there in both arms. */
class Crowd implements Audience {
  readonly service: string;
  readonly rates: Audience['rates'];
  readonly random: () => number;
  readonly counts = { baseline: 0, candidate: 0 };
  state: RolloutState | null = null;
  private inCanary = 0;
  private underWay = 0;

  constructor({ spec, rates, random }: TrialPlan) {
    this.service = spec.service;
    this.rates = rates;
    this.random = random;
  }

  /** Only at the split: who comes a moment before it is the canary's. */
  private get isEvaluated(): boolean {
    return this.state?.phase === 'abTest' && this.state.weightPercent === SPLIT && !hasEnded(this.state.status);
  }

  /** The planned sample is there, or nobody asks for it any more. */
  get isServed(): boolean {
    return this.state?.phase === 'cutover' || (this.isEvaluated && this.missing <= 0);
  }

  /** Users that the smaller arm has not met yet. */
  private get missing(): number {
    const need = this.state?.experiment?.neededPerArm ?? Number.POSITIVE_INFINITY;
    return need - Math.min(this.counts.baseline, this.counts.candidate);
  }

  invite(): Met | null {
    if (this.isEvaluated) return this.inviteCounted();
    if (this.state?.phase !== 'canary') return null;
    this.inCanary += 1;
    return this.inCanary <= CANARY_UNITS || this.random() < NOW_AND_THEN ? NOT_COUNTED : null;
  }

  /** Whoever is under way may be the one who was missing: nobody comes beyond the plan. */
  private inviteCounted(): Met | null {
    if (this.underWay >= this.missing) return null;
    this.underWay += 1;
    return (arm) => {
      this.underWay -= 1;
      if (arm !== null) this.counts[arm] += 1;
    };
  }
}

import { isDeepStrictEqual } from 'node:util';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { createIdentityActivities } from '../../activities/identity.js';
import type { ImpactHarm, ImpactLook } from '../../activities/impact.js';
import type { Activities, FreezeQuestion, Gate, QueueActivities, WatchInput } from '../../activities/index.js';
import type { ModelActivities } from '../../activities/models.js';
import type { Decision } from '../../src/domain/decision.js';
import { type Hold, holdSignature } from '../../src/domain/freeze.js';
import { NO_PROGRESS, type ProgressByMetric } from '../../src/domain/guardrail-progress.js';
import { momentName } from '../../src/domain/hook-moment.js';
import type { PublicKey } from '../../src/domain/identity.js';
import type { ImpactVerdict } from '../../src/domain/impact-report.js';
import type { Notice } from '../../src/domain/notice.js';
import { type RolloutState } from '../../src/domain/rollout-state.js';
import type { Route, Trip } from '../../src/domain/route.js';
import type { NotifyTarget } from '../../src/domain/spec/notify.js';
import { type Evidence, type Verdict, verdictSignature } from '../../src/domain/verdict.js';
import type { ExperimentPlan } from '../../src/experiment/plan.js';
import type { HookAnswer } from '../../src/hooks/call-hook.js';
import type { HookCall } from '../../src/hooks/hook-request.js';
import { evidence, impactSummary } from './evidence.js';

const NO_ROLLOUTS = { rollout: async () => null, record: { spec: async () => null } };

/** Those that rollouts use. */
export type RolloutModelActivities = Pick<ModelActivities, 'resolveModels' | 'moveRolloutAlias'>;

/** What the world says when it is asked, and what was done to it. Changed by a test while a rollout runs. */
export class World {
  readonly routes: Route[] = [];
  readonly decisions: Decision[] = [];
  readonly states: RolloutState[] = [];
  /** No service's is below this. */
  epoch = 7;
  private readonly epochs = new Map<string, number>();
  serversReady = true;
  baselineReady = true;
  /** What late labels say. */
  lateLabels: Verdict = 'pass';
  validation: Evidence[] = [evidence('accuracy', 'pass')];
  guardrail: (route: Route) => Verdict = () => 'pass';
  gate: (gate: Gate, route: Route) => Verdict = () => 'pass';
  /** Called at each watch. */
  watched: () => void = () => undefined;
  /** Set to make the watch find a newer route. */
  takenOver: string | null = null;
  /** What a person has sent all traffic to meanwhile, in an epoch of its own. */
  third: Route | null = null;
  /** What a gateway's brake has said. */
  trip: Trip | null = null;
  /** Set to make guardrails ask for a person. */
  exhausted = false;
  /** What each watch was told of the looks before it. */
  readonly progressSeen: ProgressByMetric[] = [];
  /** What holds all forward moves. */
  frozen: Hold | null = null;
  /** What targets were told, in order. */
  readonly delivered: { target: NotifyTarget; notice: Notice }[] = [];
  /** What a run of a monitor comes to. */
  runMonitor: Activities['runMonitor'] = async () => {
    throw ApplicationFailure.nonRetryable('there is no monitor here', 'NOT_FOUND');
  };
  /** Replicas that were asked for, by the weight that needs them, and versions that gave theirs back. */
  readonly scaled: (number | string)[] = [];
  /** Set to have none in time. */
  lacksReplicas = false;
  /** Set to have the A/B evaluation end without a verdict. */
  comesToNothing = false;
  /** Set to have nobody who could plan it. */
  unplannable = false;
  readonly gates: Gate[] = [];
  /** How large an A/B evaluation must be. */
  experiment: ExperimentPlan = {
    neededPerArm: 1000,
    tuning: 2000,
    days: 3,
    powerAtMax: 0.9,
    unitsPerArmAtMax: 2000,
    reason: 'accuracy: 1000 units an arm, 3 days',
    refusal: null,
    warning: null,
  };
  /** What was written of notices about incidents. */
  readonly toldOf: string[] = [];
  /** Set to have a gateway that confirms nothing. */
  gatewayAway = false;
  /** Set to make targets unreachable. */
  deaf = false;
  /** Whose statements are believed; null: nobody has to prove anything. */
  identityKeys: readonly PublicKey[] | null = null;
  /** Hooks that were asked, by name, and when. */
  readonly asked: string[] = [];
  /** What hooks say. */
  hookSays: HookAnswer = { approved: true, message: '' };
  /** What a registry says and does; specs that name none do not ask it. */
  models: RolloutModelActivities = {
    resolveModels: async () => null,
    moveRolloutAlias: async () => null,
  };
  /** What looks at the impact say, by their number, and which there were. */
  impactSays: (look: number) => ImpactVerdict = () => 'unharmed';
  readonly impactLooks: ImpactLook[] = [];
  /** Set once the candidate serves no more. */
  impactGone: string | null = null;
  readonly harms: ImpactHarm[] = [];
  /** So often another rollout owns the traffic when the holdback is to end. */
  holdbackBusy = 0;
  /** Set to make the store unreachable. */
  storeDown = false;

  /** Weight (and shadow, where there is any) by route after the drill, in order; the stable version where there is no candidate. */
  traffic(): string[] {
    const drilled = this.routes[0]?.candidate === null ? this.routes.slice(1) : this.routes;
    return drilled.map((r) =>
      r.candidate
        ? `${r.weightPercent}${r.shadowPercent > 0 ? `+shadow ${r.shadowPercent}` : ''}`
        : `all ${r.baseline.version}`,
    );
  }

  /** All but the queue's, which speak with Temporal itself. */
  activities(): Omit<Activities, keyof QueueActivities | 'moveAlias' | 'resolveVersion'> {
    return {
      resolveModels: (given) => this.models.resolveModels(given),
      moveRolloutAlias: (move, late) => this.models.moveRolloutAlias(move, late),
      claimService: async ({ service }) => ({ epoch: this.epochOf(service) }),
      newestEpoch: async (service) => {
        if (this.storeDown) throw new Error('the store is down');
        return this.epochOf(service);
      },
      takenOver: async () => this.third,
      setTraffic: async (route) => {
        if (this.gatewayAway) throw new Error('gateway http://g2:8081: ECONNREFUSED');
        const newest = this.epochOf(route.service);
        if (route.epoch <= newest && !isDeepStrictEqual(route, this.third))
          throw ApplicationFailure.nonRetryable(`epoch ${route.epoch} is not above ${newest}`, 'EPOCH_STALE');
        this.epochs.set(route.service, route.epoch);
        this.routes.push(route);
        return { gateways: 1 };
      },
      assertServersReady: async () => {
        if (!this.serversReady)
          throw ApplicationFailure.nonRetryable(
            'model digits v2 at http://127.0.0.1:1: ECONNREFUSED',
            'MODEL_UNREACHABLE',
          );
      },
      assertBaselineReady: async () => {
        if (!this.baselineReady)
          throw ApplicationFailure.nonRetryable('model digits v1: ECONNREFUSED', 'MODEL_UNREACHABLE');
      },
      validate: async () => this.validation,
      runMonitor: async (given) => this.runMonitor(given),
      recordTold: async ({ notice }, failure) => void this.toldOf.push(`${notice.id} ${failure ?? 'told'}`),
      verifyStart: (start) =>
        createIdentityActivities({ store: NO_ROLLOUTS, identityKeys: this.identityKeys }).verifyStart(start),
      watch: (input) => this.watch(input),
      untilFree: (question) => this.untilFree(question),
      record: async ({ decisions, state }) => {
        if (this.storeDown) throw new Error('the store is down');
        this.decisions.push(...decisions);
        this.states.push(state);
      },
      recordDecisions: async (decisions) => {
        if (this.storeDown) throw new Error('the store is down');
        this.decisions.push(...decisions);
      },
      deliver: async (target: NotifyTarget, notices: readonly Notice[]) => {
        if (this.deaf) throw new Error('nobody listens');
        this.delivered.push(...notices.map((notice) => ({ target, notice })));
      },
      callHook: async (call) => this.ask(call),
      confirmHook: async (call) => {
        const { approved, message } = this.ask(call);
        return { outcome: approved ? 'approved' : 'rejected', message };
      },
      vetoHook: async (call) => {
        const { approved, message } = this.ask(call);
        if (approved) await Context.current().cancelled;
        return { message };
      },
      loadTest: async (call) => {
        const { approved, message } = this.ask(call);
        return { passed: approved, message };
      },
      watchServing: async ({ known, late, epoch, windowMs }) => {
        const until = performance.now() + windowMs;
        for (;;) {
          const said = late === null ? [] : [evidence('accuracy', this.lateLabels)];
          const superseded = this.epoch > epoch ? `g1 serves epoch ${this.epoch}` : null;
          const isOther = late !== null && verdictSignature(said, null) !== known;
          if (superseded !== null || isOther || performance.now() > until)
            return { evidence: said, progress: {}, superseded };
          Context.current().heartbeat();
          await Context.current().sleep(20);
        }
      },
      scaleFor: async ({ candidate }, weightPercent) => {
        this.scaled.push(weightPercent);
        const reason = `${candidate.version}: ${this.lacksReplicas ? 0 : 2} of 2 replicas are ready`;
        return { isReady: !this.lacksReplicas, replicas: 2, ready: this.lacksReplicas ? 0 : 2, reason };
      },
      scaleDown: async (given, role) => {
        this.scaled.push(given[role].version);
        return { from: 2, to: 0 };
      },
      planExperiment: async () => {
        if (this.unplannable) throw ApplicationFailure.nonRetryable('the store is away', 'STORE_UNAVAILABLE');
        return this.experiment;
      },
      compareImpact: async () => [evidence('accuracy', 'pass')],
      lookAtImpact: async (look) => {
        this.impactLooks.push(look);
        if (this.impactGone !== null) return { summary: null, gone: this.impactGone };
        return { summary: impactSummary(look, this.impactSays(look.look)), gone: null };
      },
      actOnHarm: async (harm) => {
        this.harms.push(harm);
        return { incidentId: 'i-0123456789ab', words: 'incident i-0123456789ab is open', errands: [] };
      },
      endHoldback: async () => ({
        result: this.holdbackBusy-- > 0 ? 'busy' : 'ended',
        words: 'nobody is held back any more',
      }),
    };
  }

  private epochOf(service: string): number {
    return Math.max(this.epoch, this.epochs.get(service) ?? 0);
  }

  private ask({ hook, moment }: HookCall): HookAnswer {
    this.asked.push(`${hook.name} ${momentName(moment)}`);
    return this.hookSays;
  }

  private async untilFree({ known, waitMs }: FreezeQuestion) {
    const until = performance.now() + waitMs;
    for (;;) {
      const held = this.frozen;
      if (held === null || holdSignature(held) !== known || performance.now() > until) return { held };
      Context.current().heartbeat();
      await Context.current().sleep(20);
    }
  }

  private async watch(input: WatchInput) {
    this.watched();
    this.gates.push(input.gate);
    this.progressSeen.push(input.progress ?? {});
    let looks = input.progress?.error_rate?.looks ?? [];
    const until = performance.now() + input.windowMs;
    for (;;) {
      looks = [...looks, looks.length + 1];
      const said = evidence(
        'error_rate',
        this.guardrail(input.route),
        `error_rate at ${input.route.weightPercent} %: 30 % of 90 against 0 % of 900`,
      );
      const summary = {
        evidence: [this.exhausted ? { ...said, exhausted: true } : said],
        progress: { error_rate: { ...NO_PROGRESS, looks } },
        gate: {
          ...evidence(input.gate.kind, this.gate(input.gate, input.route)),
          ...(this.comesToNothing && input.gate.kind === 'abTest' ? { exhausted: true } : {}),
        },
        looks: 1,
        superseded: this.takenOver,
        ...(this.trip === null ? {} : { trip: this.trip }),
      };
      Context.current().heartbeat();
      if (this.trip !== null) return summary;
      if (verdictSignature(summary.evidence, summary.gate) !== input.known || performance.now() > until) return summary;
      await Context.current().sleep(20);
    }
  }
}

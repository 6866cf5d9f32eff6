import { Context } from '@temporalio/activity';
import type { HookOf } from '../src/domain/spec/hooks.js';
import { callHook, type HookAnswer } from '../src/hooks/call-hook.js';
import type { HookCall, HookProgress, HookRun } from '../src/hooks/hook-request.js';
import { type LoadTestResult, loadTest } from '../src/hooks/load-test.js';
import { type Confirmation, confirmHook, vetoHook } from '../src/hooks/poll-hook.js';
import type { AddressPolicy } from '../src/net/address-policy.js';
import { environmentSecrets, type Secrets } from '../src/secrets/secrets.js';
import { whileBeating } from './beating.js';

export interface HookDeps {
  /** Default: this process's environment. */
  readonly secrets?: Secrets;
  /** Which addresses hooks may be at; absent: all. */
  readonly policy?: AddressPolicy;
}

/** Every one heartbeats, and ends on cancellation. How often a call is tried is said by its retry policy. */
export const createHookActivities = ({ secrets = environmentSecrets, policy }: HookDeps) => ({
  /** One try of a `call`. A no is an answer, not an error. */
  async callHook(call: HookCall<HookOf<'call'>>): Promise<HookAnswer> {
    return beating({ secrets, policy }, (run) => callHook(call, run));
  },

  /** Asks until there is a yes, a no, or `until` (ISO) is over. Begins anew on another worker with the same end. */
  async confirmHook(call: HookCall<HookOf<'confirm'>>, until: string): Promise<Confirmation> {
    return beating({ secrets, policy }, (run) => confirmHook(call, until, run));
  },

  /** Returns only when the hook wants the rollout undone; ends otherwise by cancellation. */
  async vetoHook(call: HookCall<HookOf<'veto'>>): Promise<{ readonly message: string }> {
    return beating({ secrets, policy }, (run) => vetoHook(call, run));
  },

  /** Runs a load test to its end, to `until` (ISO), or until it is cancelled, and takes it away. The heartbeat keeps where it runs. */
  async loadTest(call: HookCall<HookOf<'load-test'>>, until: string): Promise<LoadTestResult> {
    const context = Context.current();
    const startedAt = lastProgress().location ?? null;
    // The next attempt goes on with it, on another worker perhaps.
    const isHandedOver = () => {
      const { workerShutdown, paused, reset } = context.cancellationDetails ?? {};
      return workerShutdown === true || paused === true || reset === true;
    };
    return beating({ secrets, policy }, (run) => loadTest(call, until, { ...run, startedAt, isHandedOver }));
  },
});

export type { Confirmation, HookAnswer, HookCall, LoadTestResult };
export type HookActivities = ReturnType<typeof createHookActivities>;

/** Runs with a heartbeat that goes on whatever it waits for. */
async function beating<T>(asker: Pick<HookRun, 'secrets' | 'policy'>, body: (run: HookRun) => Promise<T>): Promise<T> {
  let progress = lastProgress();
  return whileBeating(
    (context) =>
      body({
        ...asker,
        signal: context.cancellationSignal,
        sleep: (ms) => context.sleep(ms),
        note(now) {
          progress = now;
          context.heartbeat(progress);
        },
      }),
    () => progress,
  );
}

/** Where the attempt before this one got to. */
function lastProgress(): HookProgress {
  return (Context.current().info.heartbeatDetails as HookProgress | undefined) ?? {};
}

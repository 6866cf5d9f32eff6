import { proxyActivities } from '@temporalio/workflow';
import type { Activities, HookCall, LoadTestResult } from '../../activities/index.js';
import { hooksAt } from '../../src/domain/hook-moment.js';
import { isWanted, type Notice } from '../../src/domain/notice.js';
import type { Hook, HookOf } from '../../src/domain/spec/hooks.js';
import type { NotifyTarget } from '../../src/domain/spec/notify.js';

const { deliver, loadTest } = proxyActivities<Pick<Activities, 'deliver' | 'loadTest'>>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '1s',
  retry: { initialInterval: '50ms' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/** What a rollout does with notices, and nothing else. */
export async function tells(target: NotifyTarget, notices: Notice[]): Promise<void> {
  await deliver(
    target,
    notices.filter((notice) => isWanted(target, notice)),
  );
}

export async function loads(hooks: Hook[], subject: HookCall['subject'], until: string): Promise<LoadTestResult[]> {
  const moment = { during: 'canary' } as const;
  const all = hooksAt(hooks, 'load-test', moment);
  return Promise.all(all.map((hook: HookOf<'load-test'>) => loadTest({ hook, subject, moment }, until)));
}

import { freePort } from '../../../test/setup/free-port.js';
import { assertSeen, type Exercise, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import { startReceiver } from '../models.js';
import { LONG } from '../specs.js';
import { seconds, until } from '../wait.js';

const SERVICE = 'nobody-listens';
const BACK_MS = 2000;

export const notifierDown: Exercise = {
  name: 'notifier-down',
  services: [SERVICE],
  async run(site) {
    const port = await freePort();
    const notify = [{ webhook: `http://127.0.0.1:${port}/`, events: ['aborted' as const] }];
    const started = await site.start(SERVICE, 14, { notify, phases: { canary: { steps: LONG } } });
    await site.untilAt(SERVICE, 50);
    const back = await find('abort while the notifier is down', `weight 0 within ${seconds(BACK_MS)}`, async () => {
      const from = performance.now();
      await site.send(SERVICE, 'abort');
      const ms = await site.back('abort while the notifier is down', SERVICE, { from, boundMs: BACK_MS });
      assertSeen(ms <= BACK_MS, `weight 0 after ${seconds(ms)}`);
      return `weight 0 after ${seconds(ms)}`;
    });
    site.load.rate(SERVICE, 0);
    const ended = await find(
      'the rollout whose notifier is down',
      'aborted; pending names whom it could not tell',
      async () => {
        const seen = await endsWell(site, started, 'aborted');
        const { pending = [] } = await site.state(SERVICE);
        assertSeen(
          pending.some((what) => what.includes(String(port))),
          `pending: ${pending.join(', ') || 'nothing'}`,
        );
        return `${seen}; pending: ${pending.length} target`;
      },
    );
    const receiver = await startReceiver(port);
    const told = await find('the notifier is back', 'told once, nothing pending in the store', async () => {
      await until('the receiver is told', () => receiver.told.length > 0, 70_000);
      const isOver = async () => (await storedPending(site.installation.apiUrl, started.rolloutId)).length === 0;
      await until('nothing is pending', isOver, 20_000);
      assertSeen(receiver.told.length === 1, `told ${receiver.told.length} times`);
      return 'told once';
    });
    await receiver.close();
    return [back, ended, told];
  },
};

async function storedPending(apiUrl: string, rolloutId: string): Promise<readonly string[]> {
  const answer = await fetch(`${apiUrl}/v1/rollouts/${rolloutId}`);
  return ((await answer.json()) as { pending?: string[] }).pending ?? [];
}

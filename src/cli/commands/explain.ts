import { setTimeout } from 'node:timers/promises';
import { readQueue } from '../../client/queue.js';
import { reading } from '../../client/reading.js';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import type { QueueState } from '../../domain/queue-state.js';
import { connectTemporal, temporalSettings } from '../../temporal/connection.js';
import { exitCodeOfState } from '../errors.js';
import { explain as explainState } from '../explain/explain.js';
import type { Format } from '../output/formats.js';
import { print } from '../output/print.js';
import { say } from '../output/say.js';
import { styleOf } from '../output/style.js';
import { renderExplanation } from '../render-explanation.js';
import { openRolloutSource } from '../source/rollout-source.js';
import { withApi } from '../with-api.js';

const TIMEOUT_MS = 3000;

/** Says why the newest rollout of a service is in its state, and what would move it; the exit code is that of `get`. */
export async function explain(service: string, { output }: { readonly output: Format }): Promise<void> {
  const source = openRolloutSource(readConfig());
  try {
    const [seen, freezes, queue] = await Promise.all([
      source.see(service),
      reading(() => withApi((api) => api.listFreezes({ active: true, service, limit: 50 }), TIMEOUT_MS)),
      reading(() => queueOf(service)),
    ]);
    const { state, spec, note } = seen;
    const facts = {
      state,
      spec,
      freezes: freezes.kind === 'read' ? freezes.value.freezes : [],
      queue: queue.kind === 'read' ? queue.value.entries : [],
    };
    const now = Date.now();
    const explanation = explainState(facts, now);
    const text = () => renderExplanation(explanation, now, styleOf(process.stdout));
    print(output, { data: { ...explanation, note }, names: [state.rolloutId], table: text });
    if (note !== null) say(note);
    if (freezes.kind === 'unread') say(`freezes are not known: ${freezes.error}`);
    process.exitCode = exitCodeOfState(state);
  } finally {
    await source.close();
  }
}

async function queueOf(service: string): Promise<QueueState> {
  const link = await connectTemporal(temporalSettings(), TIMEOUT_MS);
  try {
    // A queue that exists is asked over a worker, which may not be there.
    const late = setTimeout(TIMEOUT_MS, null, { ref: false }).then(() => {
      throw new SluiceError('TIMEOUT', `the queue did not answer within ${TIMEOUT_MS} ms`);
    });
    const asked = link.client.withDeadline(Date.now() + TIMEOUT_MS, () => readQueue(link.client, service));
    return await Promise.race([asked, late]);
  } finally {
    await link.close();
  }
}

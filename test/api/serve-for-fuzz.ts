import { openStore } from '../../src/stores/open-store.js';
import { fillForFuzz } from './fuzz-data.js';
import { openSite } from './site.js';

/** An api over a store with something of everything, for whoever asks from another process: prints its address, ends with its input. */
const store = await openStore({});
await fillForFuzz(store);
const { stateOf } = await import('../stores/rollout-fixtures.js');
const site = await openSite(store, {
  limits: { requests: 1e9, refusals: 1e9 },
  alerts: { send: async () => 'no-rollout', close: async () => undefined },
  alertToken: 'the-alert-token-of-the-suite',
  live: { most: 1e6 },
  commands: {
    send: async (service) => stateOf(service),
    start: async (spec) => ({
      rolloutId: `${spec.service}-1`,
      workflowId: `rollout/${spec.service}`,
      runId: null,
      queued: 1,
      dropped: [],
    }),
    retry: async (service) => ({
      rolloutId: `${service}-2`,
      workflowId: `rollout/${service}`,
      runId: 'r',
      retryOf: `${service}-1`,
      attempt: 2,
      from: null,
    }),
    queue: async (service) => ({ service, entries: [] }),
    dequeue: async () => undefined,
    close: async () => undefined,
  },
  force: async () => 'v1 serves all on 1 of 1 gateways from epoch 9; recorded',
});
process.stdout.write(`${site.api.url}\n`);
process.stdin.resume();
process.stdin.on('end', () => void site.close().then(() => store.close()));

/**
 * Starts a rollout: `npx tsx scripts/start-rollout.ts examples/digits-v2.yaml [who]`
 * Temporal is found as its SDK finds it: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …
 */
import { loadSpec } from '../src/client/load-spec.js';
import { startRollout } from '../src/client/start-rollout.js';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';

const [file = 'examples/digits-v2.yaml', actor = process.env['USER'] ?? 'unknown'] = process.argv.slice(2);

const spec = await loadSpec(file);
const temporal = await connectTemporal(temporalSettings());
const { rolloutId, workflowId } = await startRollout(temporal.client, spec, actor).finally(() => temporal.close());
console.log(`started ${rolloutId} (workflow ${workflowId})`);

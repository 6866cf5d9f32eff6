/**
 * Stops a rollout, all traffic back to the baseline: `npx tsx scripts/abort.ts digits alice "customer complaints"`
 * A bare signal does the same from the Temporal CLI: `temporal workflow signal --workflow-id rollout/digits --name abort`
 */
import { sendCommand } from '../src/client/send-command.js';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';

const [service = 'digits', actor = process.env['USER'] ?? 'unknown', reason = 'aborted'] = process.argv.slice(2);

const temporal = await connectTemporal(temporalSettings());
const state = await sendCommand(temporal.client, service, 'abort', { actor, reason }).finally(() => temporal.close());
console.log(`aborted by ${actor}: ${state.rolloutId} was in phase ${state.phase}`);

/**
 * Says yes to what a rollout waits for: `npx tsx scripts/approve.ts digits alice "looks good"`
 * Sent as an update, so that it is answered: a rollout that waits for nothing refuses it, naming its phase.
 */
import { sendCommand } from '../src/client/send-command.js';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';

const [service = 'digits', actor = process.env['USER'] ?? 'unknown', reason = 'approved'] = process.argv.slice(2);

const temporal = await connectTemporal(temporalSettings());
const state = await sendCommand(temporal.client, service, 'approve', { actor, reason }).finally(() => temporal.close());
console.log(`approved by ${actor}: ${state.rolloutId} in phase ${state.phase}`);

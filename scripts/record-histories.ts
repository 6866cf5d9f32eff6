/**
 * Records a history of each replay scenario that has none of this version yet: `npm run record-histories`
 * A recorded file is never written again: it stands for executions that run somewhere with that shape of the code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startDevServer } from '../src/temporal/dev-server.js';
import { GROUP_SCENARIOS } from '../test/replay/group-scenarios.js';
import { IMPACT_SCENARIOS } from '../test/replay/impact-scenarios.js';
import { MONITOR_SCENARIOS } from '../test/replay/monitor-scenarios.js';
import { SCENARIOS, scenarioSpec } from '../test/replay/scenarios.js';
import { Stage, World } from '../test/workflow/harness.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const stateDir = await mkdtemp(join(tmpdir(), 'sluice-record-'));
const server = await startDevServer({ stateDir, port: 17233, uiPort: 18233, report: (line) => console.log(line) });
const stage = await Stage.open(server.address, 'recorder');
for (const scenario of SCENARIOS) {
  const path = `test/replay/histories/${version}-${scenario.name}.json`;
  if (existsSync(path)) continue;
  const [world, service] = [new World(), scenario.name];
  scenario.prepare?.(world);
  await stage.run(world, service, async () => {
    const rollout = await stage.start(scenarioSpec(scenario, service), service);
    await scenario.drive?.({ stage, world, service, rollout });
    const { status } = await rollout.result();
    if (status !== scenario.ending) throw new Error(`${scenario.name} ended ${status}, not ${scenario.ending}`);
    await keep(path, rollout.workflowId);
  });
}
for (const { name, play } of [...GROUP_SCENARIOS, ...MONITOR_SCENARIOS, ...IMPACT_SCENARIOS]) {
  const path = `test/replay/histories/${version}-${name}.json`;
  if (existsSync(path)) continue;
  const world = new World();
  await stage.run(world, name, async () => keep(path, await play({ stage, world, name })));
}
await stage.close();
await server.stop();

async function keep(path: string, workflowId: string): Promise<void> {
  const history = await stage.temporal.client.workflow.getHandle(workflowId).fetchHistory();
  await writeFile(path, `${JSON.stringify(scrubbed(JSON.parse(historyToJSON(history))))}\n`);
  console.log(`${path}: ${history.events?.length ?? 0} events`);
}

/** Stack traces name folders of the machine that recorded; replay does not read them. */
function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'stackTrace' ? '' : scrubbed(inner)]),
  );
}

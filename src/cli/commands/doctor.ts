import { readConfig } from '../../config.js';
import { diagnose } from '../../doctor/diagnose.js';
import type { Facts } from '../../doctor/facts.js';
import { type Finding, seenTwice } from '../../doctor/finding.js';
import { type GatherOptions, gatherFacts } from '../../doctor/gather-facts.js';
import { renderFindings } from '../../doctor/render-findings.js';
import { temporalSettings } from '../../temporal/connection.js';

/** Between two looks: longer than a change of weight takes to reach all gateways. */
const SECOND_LOOK_MS = 1500;

export interface DoctorOptions {
  readonly service?: string;
  readonly output: string;
}

/** Prints what is wrong and what to do; exit code 1 where there is an error. */
export async function doctor({ service, output }: DoctorOptions): Promise<void> {
  const { gatewayAdminUrls, adminToken, apiToken, apiUrl } = readConfig();
  const asked = { gatewayAdminUrls, adminToken, apiToken, apiUrl, temporal: temporalSettings(), service };
  const { facts, findings } = await examine(asked);
  if (output === 'json') process.stdout.write(`${JSON.stringify({ at: facts.at, findings }, null, 2)}\n`);
  else process.stdout.write(`${renderFindings(findings, facts)}\n`);
  process.exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** Looks again where something is found: what two looks see is no change that was under way. */
async function examine(options: GatherOptions): Promise<{ facts: Facts; findings: Finding[] }> {
  const first = await gatherFacts(options);
  const findings = diagnose(first, options.service);
  if (findings.length === 0) return { facts: first, findings };
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  const facts = await gatherFacts(options);
  return { facts, findings: seenTwice(findings, diagnose(facts, options.service)) };
}

import { SluiceError } from '../../domain/errors.js';
import { ModelRefused } from '../../domain/model-refused.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';
import { planRequests } from '../../inference/open-inference/request.js';
import type { ModelMetadata, ModelServer } from '../../ports/model-server.js';
import { result } from '../judge-value.js';
import { isAway } from '../patience.js';
import type { ProbeStage } from '../probe-stage.js';
import { shortReason } from './measured-share.js';
import { type Difference, signatureDifferences } from './signature-differences.js';
import { becomesReady, whileAlive } from './while-alive.js';

const MOST_DIFFERENCES = 50;
const LONGEST_REASON = 400;
const NOTHING = { inputs: [], outputs: [] };

/** What a server says of its model. */
interface Declared extends Pick<ModelMetadata, 'inputs' | 'outputs'> {
  /** Why it can't be read. */
  readonly fault: string | null;
}

/** Whether who now speaks with the baseline can speak with the candidate, by what both servers declare, and whether the data set fits the candidate. */
export async function probeSignature(check: CheckOf<'signature'>, stage: ProbeStage): Promise<CheckResult> {
  const candidate = await declaredBy(stage, stage.candidate);
  const baseline = await declaredBy(stage, stage.baseline);
  const differences = [...signatureDifferences(candidate, baseline), ...datasetDifference(candidate, stage)];
  const breaking = differences.filter(({ kind }) => kind === 'breaking').map(({ text }) => text);
  const unknown = unknownOf(candidate, baseline);
  const faults =
    candidate.fault === null ? breaking : [`the candidate's metadata can't be read: ${candidate.fault}`, ...breaking];
  return result(check, {
    verdict: verdictOf(faults, unknown),
    reason: reasonOf(faults, unknown, differences, candidate),
    ...(differences.length === 0 ? {} : { details: { differences: differences.slice(0, MOST_DIFFERENCES) } }),
  });
}

function verdictOf(faults: readonly string[], unknown: readonly string[]): Verdict {
  if (faults.length > 0) return 'fail';
  return unknown.length > 0 ? 'inconclusive' : 'pass';
}

function reasonOf(
  faults: readonly string[],
  unknown: readonly string[],
  differences: readonly Difference[],
  { inputs, outputs }: Declared,
): string {
  if (faults.length > 0)
    return shortReason([...faults.slice(0, 3), ...unknown].join('; '), LONGEST_REASON) + moreThan(faults.length, 3);
  if (unknown.length > 0) return unknown.join('; ');
  const compatible =
    differences.length === 0 ? 'the same as the baseline' : `${differences.length} compatible differences`;
  return `${inputs.length} inputs and ${outputs.length} outputs, ${compatible}; the data set fits`;
}

function moreThan(count: number, shown: number): string {
  return count > shown ? ` and ${count - shown} more` : '';
}

async function declaredBy(stage: ProbeStage, server: ModelServer): Promise<Declared> {
  const ask = () => whileAlive(stage, 'signature', () => server.metadata());
  try {
    const { inputs, outputs } = await ask().catch(async (error: unknown) => {
      if (isAway(error) && (await becomesReady(stage, server, 'signature'))) return ask();
      throw error;
    });
    // What our own spec says of a JSON service is no declaration of the server's.
    const own = [...inputs, ...outputs].some(({ datatype }) => datatype === 'JSON');
    return own ? { ...NOTHING, fault: null } : { inputs, outputs, fault: null };
  } catch (error) {
    // It has no such page.
    if (error instanceof ModelRefused) return { ...NOTHING, fault: null };
    if (!(error instanceof SluiceError) || error.code !== 'MODEL_ANSWER_INVALID') throw error;
    return { ...NOTHING, fault: shortReason(error.message) };
  }
}

function unknownOf(candidate: Declared, baseline: Declared): string[] {
  const silent = [
    ...(candidate.fault === null ? sidesNotDeclared('candidate', candidate) : []),
    ...(baseline.fault === null
      ? sidesNotDeclared('baseline', baseline)
      : [`the baseline's metadata can't be read: ${baseline.fault}`]),
  ];
  return silent.length === 0 ? [] : [`${silent.join(', ')}: what is not declared can't be compared`];
}

function sidesNotDeclared(arm: string, { inputs, outputs }: Declared): string[] {
  if (inputs.length === 0 && outputs.length === 0) return [`the ${arm}'s server declares no inputs and no outputs`];
  if (inputs.length === 0) return [`the ${arm}'s server declares no inputs`];
  return outputs.length === 0 ? [`the ${arm}'s server declares no outputs`] : [];
}

/** Whether the rows of the sample can be written as the declared inputs. */
function datasetDifference({ inputs, outputs }: Declared, { columns: { features }, sample }: ProbeStage): Difference[] {
  if (inputs.length === 0) return [];
  try {
    const plan = planRequests('the data set does not fit', { inputs, outputs }, features.length, features);
    for (const row of sample) plan.build([row.features]);
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [{ kind: 'breaking', text: shortReason(error.message) }];
  }
}

import { SluiceError } from '../../domain/errors.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { ArmEvidence } from '../../domain/verdict.js';
import type { ModelServer } from '../../ports/model-server.js';
import { judgeValue } from '../judge-value.js';
import type { ProbeStage } from '../probe-stage.js';
import { shortReason } from './measured-share.js';
import { whileAlive } from './while-alive.js';

interface Reading {
  readonly evidence: ArmEvidence;
  /** Why there is none. */
  readonly unknown: string;
}

/** Resident memory of the servers as they say it themselves. */
export async function probeServerMemory(check: CheckOf<'server_memory'>, stage: ProbeStage): Promise<CheckResult> {
  const candidate = await readMemory(stage, stage.candidate);
  const baseline = check.noWorseThan === undefined ? null : await readMemory(stage, stage.baseline);
  const judged = judgeValue({
    check,
    candidate: candidate.evidence,
    ...(baseline === null ? {} : { baseline: baseline.evidence }),
    better: 'lower',
    counted: 'reading',
    unknown: candidate.unknown,
  });
  if (baseline === null || baseline.evidence.value !== null) return judged;
  return { ...judged, reason: `${judged.reason}; baseline: ${baseline.unknown}` };
}

async function readMemory(stage: ProbeStage, server: ModelServer): Promise<Reading> {
  const none = { samples: 0, value: null };
  try {
    const bytes = (await whileAlive(stage, 'server_memory', async () => server.memoryBytes?.())) ?? null;
    if (bytes !== null) return { evidence: { samples: 1, value: bytes }, unknown: '' };
    return {
      evidence: none,
      unknown: 'the server does not tell its memory (no metricsUrl, or no process_resident_memory_bytes there)',
    };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { evidence: none, unknown: shortReason(error.message) };
  }
}

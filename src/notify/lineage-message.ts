import type { LINEAGE_EVENTS, Notice, NoticeEvent } from '../domain/notice.js';
import type { RolloutModels } from '../domain/rollout-models.js';
import { type LineageVersion, type RunEvent, type RunEventType, runEvent } from '../registry/openlineage.js';

const TYPES: Partial<Record<NoticeEvent, RunEventType>> = {
  started: 'START',
  advanced: 'RUNNING',
  weight: 'RUNNING',
  // It serves all, and can still be taken back.
  promoted: 'RUNNING',
  completed: 'COMPLETE',
  failed: 'FAIL',
  aborted: 'ABORT',
  'rolled-back': 'ABORT',
} satisfies Record<(typeof LINEAGE_EVENTS)[number], RunEventType>;

/**
 * A notice as a run event of OpenLineage; null where it says nothing of the run's course.
 * @param namespace of jobs and models
 */
export function lineageMessage(notice: Notice, namespace: string): RunEvent | null {
  const type = TYPES[notice.event];
  if (type === undefined) return null;
  const { models, baseline, candidate } = notice;
  return runEvent(type, notice.at, notice, {
    namespace,
    baseline: registered(models, 'baseline', baseline),
    candidate: registered(models, 'candidate', candidate),
  });
}

function registered(
  models: RolloutModels | undefined,
  arm: 'baseline' | 'candidate',
  version: string,
): LineageVersion | undefined {
  const known = models?.[arm];
  return models === undefined || !known ? undefined : { model: models.model, version, id: known.id };
}

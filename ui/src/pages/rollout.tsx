import { useState } from 'preact/hooks';
import { hasEnded } from '../../../src/domain/rollout-state.js';
import { api } from '../data/api.js';
import type { RolloutDetail } from '../data/types.js';
import { useResource, useThrottled } from '../data/use-resource.js';
import { useLive } from '../live/live.js';
import { announce } from '../parts/announcer.js';
import { Loaded } from '../parts/notice.js';
import { Actions } from '../rollout/actions.js';
import { Approval } from '../rollout/approval.js';
import { Drift } from '../rollout/drift.js';
import { Experiment } from '../rollout/experiment.js';
import { Guardrails } from '../rollout/guardrails.js';
import { Head } from '../rollout/head.js';
import { Impact } from '../rollout/impact.js';
import { Incidents } from '../rollout/incidents.js';
import { Ledger } from '../rollout/ledger.js';
import { Series } from '../rollout/series.js';
import { Spec } from '../rollout/spec.js';
import { Timeline } from '../rollout/timeline.js';

/** What is measured comes slower than what is decided, and costs more to read. */
const DETAIL_MS = 400;
const SLOW_MS = 15_000;

/** One rollout, live: what it does, on which evidence, and what may be said to it. */
export function RolloutPage({ rolloutId }: { readonly rolloutId: string }) {
  const [news, setNews] = useState(0);
  const detail = useResource(
    `rollout ${rolloutId}`,
    (options) => api.getRollout(rolloutId, options),
    useThrottled(news, DETAIL_MS),
  );
  const slow = useThrottled(news, SLOW_MS);
  useLive('rollout', (summary) => {
    if (summary.rolloutId !== rolloutId) return;
    setNews((last) => last + 1);
    if (summary.status !== detail.data?.status) announce(`${summary.service}: ${summary.status}. ${summary.reason}`);
  });
  useLive('reset', () => setNews((last) => last + 1));
  return (
    <Loaded of={detail} what="the rollout">
      {(rollout) => <Rollout rollout={rollout} slow={slow} onActed={detail.reload} />}
    </Loaded>
  );
}

function Rollout({
  rollout,
  slow,
  onActed,
}: {
  readonly rollout: RolloutDetail;
  /** Grows when what is measured is to be read again. */
  readonly slow: number;
  readonly onActed: () => void;
}) {
  const { rolloutId } = rollout;
  const isOver = hasEnded(rollout.status);
  return (
    <div class="rollout">
      <Head rollout={rollout} actions={<Actions rollout={rollout} onActed={onActed} />} />
      <Timeline rollout={rollout} />
      {!isOver && <Approval rollout={rollout} onActed={onActed} />}
      <Guardrails evidence={rollout.evidence} />
      <Series rollout={rollout} isLive={!isOver} />
      <Experiment rollout={rollout} version={slow} />
      <div class="columns">
        <Drift rolloutId={rolloutId} version={slow} />
        <Impact rolloutId={rolloutId} version={slow} />
      </div>
      <Incidents rollout={rollout} />
      <Ledger rolloutId={rolloutId} />
      <Spec spec={rollout.spec} />
    </div>
  );
}

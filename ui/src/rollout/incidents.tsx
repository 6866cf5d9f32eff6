import { useState } from 'preact/hooks';
import type { Incident } from '../../../src/domain/incident.js';
import { api } from '../data/api.js';
import type { RolloutDetail } from '../data/types.js';
import { useResource } from '../data/use-resource.js';
import { IncidentTable } from '../incidents/incident-table.js';
import { useLive } from '../live/live.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';

/** Those of the service since this rollout began. */
export function Incidents({ rollout }: { readonly rollout: RolloutDetail }) {
  const [news, setNews] = useState(0);
  useLive('incident', (incident) => incident.service === rollout.service && setNews((last) => last + 1));
  const { service } = rollout;
  const incidents = useResource(
    `incidents ${service}`,
    (options) => api.listIncidents({ service, active: false, limit: 100, ...options }),
    news,
  );
  return (
    <Section title="Incidents">
      <Loaded of={incidents} what="incidents">
        {(answer) => {
          const during = answer.incidents.filter((one) => isOf(one, rollout));
          return during.length === 0 ? (
            <Empty>The service has had no incident since this rollout began.</Empty>
          ) : (
            <IncidentTable incidents={during} />
          );
        }}
      </Loaded>
    </Section>
  );
}

/** Its own, or open while it ran. */
function isOf({ rolloutId, openedAt, resolved }: Incident, rollout: RolloutDetail): boolean {
  if (rolloutId === rollout.rolloutId) return true;
  const isLater = rollout.waiting === null && rollout.eta == null && openedAt > rollout.updatedAt;
  return !isLater && (resolved === null || resolved.at >= rollout.startedAt);
}

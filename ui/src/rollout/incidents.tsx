import { useState } from 'preact/hooks';
import type { Incident } from '../../../src/domain/incident.js';
import { allOf, api } from '../data/api.js';
import type { RolloutDetail } from '../data/types.js';
import { useResource, useThrottled } from '../data/use-resource.js';
import { IncidentTable } from '../incidents/incident-table.js';
import { useLive } from '../live/live.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';

const AT_ONCE = 500;
const AGAIN_MS = 1000;

/** Those of the service since this rollout began. */
export function Incidents({ rollout }: { readonly rollout: RolloutDetail }) {
  const [news, setNews] = useState(0);
  useLive('incident', (incident) => incident.service === rollout.service && setNews((last) => last + 1));
  useLive('reset', () => setNews((last) => last + 1));
  const { service } = rollout;
  const incidents = useResource(
    `incidents ${service}`,
    // All of them: one that was opened long before may have lasted until now.
    (options) =>
      allOf(
        (paging) => api.listIncidents({ service, active: false, limit: AT_ONCE, ...options, ...paging }),
        ({ incidents: page }) => page,
      ),
    useThrottled(news, AGAIN_MS),
  );
  return (
    <Section title="Incidents">
      <Loaded of={incidents} what="incidents">
        {(all) => {
          const during = all.filter((one) => isOf(one, rollout));
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

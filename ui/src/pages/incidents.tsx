import { useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { IncidentTable } from '../incidents/incident-table.js';
import { useLive } from '../live/live.js';
import { Empty, Loaded } from '../parts/notice.js';
import { setQuery, usePlace } from '../router.js';

/** What goes wrong now; and, if asked for, what went wrong. */
export function IncidentsPage() {
  const { query: given } = usePlace();
  const isAll = given.get('all') === 'true';
  const [news, setNews] = useState(0);
  useLive('incident', () => setNews((last) => last + 1));
  useLive('reset', () => setNews((last) => last + 1));
  const incidents = useResource(
    `incidents ${isAll}`,
    (options) => api.listIncidents({ active: !isAll, limit: 200, ...options }),
    news,
  );
  return (
    <>
      <h1>Incidents</h1>
      <div class="filters">
        <label class="check">
          <input
            type="checkbox"
            checked={isAll}
            onChange={({ currentTarget }) => setQuery('all', currentTarget.checked ? 'true' : '')}
          />{' '}
          Resolved ones too
        </label>
      </div>
      <Loaded of={incidents} what="incidents">
        {(answer) =>
          answer.incidents.length === 0 ? (
            <Empty>{isAll ? 'There was never an incident.' : 'No incident is open.'}</Empty>
          ) : (
            <IncidentTable incidents={answer.incidents} />
          )
        }
      </Loaded>
    </>
  );
}

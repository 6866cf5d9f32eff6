import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../parts/announcer.js';
import { focusHeading } from '../parts/focus.js';
import { Empty } from '../parts/notice.js';
import { usePlace } from '../router.js';
import { IncidentPage } from './incident.js';
import { IncidentsPage } from './incidents.js';
import { ModelPage } from './model.js';
import { ModelsPage } from './models.js';
import { MonitorPage } from './monitor.js';
import { MonitorsPage } from './monitors.js';
import { RolloutPage } from './rollout.js';
import { RolloutsPage } from './rollouts.js';
import { ServicePage } from './service.js';
import { ServicesPage } from './services.js';

/** The page of an address. `src/api/page.ts` answers the same addresses. */
export function Pages() {
  const { path } = usePlace();
  const [room = '', name, more] = path.split('/').slice(1).map(decode);
  const title = [more, name, room === '' ? 'rollouts' : room].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    announce(title, { isSeen: false });
    return focusHeading();
  }, [path]);
  return page(room, name, more) ?? <Empty>There is no page {path}.</Empty>;
}

function page(room: string, name: string | undefined, more: string | undefined) {
  switch (room) {
    case '':
      return <RolloutsPage />;
    case 'rollouts':
      return name ? <RolloutPage key={name} rolloutId={name} /> : <RolloutsPage />;
    case 'services':
      return name ? <ServicePage key={name} service={name} /> : <ServicesPage />;
    case 'models':
      return name ? <ModelPage key={name} model={name} /> : <ModelsPage />;
    case 'monitors':
      return name && more ? <MonitorPage key={`${name}/${more}`} service={name} monitor={more} /> : <MonitorsPage />;
    case 'incidents':
      return name ? <IncidentPage key={name} id={name} /> : <IncidentsPage />;
    default:
      return null;
  }
}

/** An address may hold anything; what is no text is shown as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

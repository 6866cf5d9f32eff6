import { useState } from 'preact/hooks';
import type { Incident } from '../../../src/domain/incident.js';
import { may } from '../data/access.js';
import { api } from '../data/api.js';
import { announce } from '../parts/announcer.js';
import { ReasonDialog } from '../parts/reason-dialog.js';
import { useMe } from '../shell/me.js';

const WORDS = {
  ack: { label: 'Acknowledge', done: 'acknowledged', note: 'You are on it; it stays open until it is over.' },
  resolve: { label: 'Resolve', done: 'resolved', note: 'It is over. Should it be seen again, it is a new incident.' },
} as const;

interface Saying {
  readonly incident: Incident;
  readonly what: keyof typeof WORDS;
  readonly onSaid: () => void;
}

/** A word on an incident, with its reason. */
export function SayButton(saying: Saying) {
  const [isOpen, setOpen] = useState(false);
  const { role } = useMe();
  const { incident, what } = saying;
  const refused = may(role, 'operator') ? stateRefusal(incident, what) : `needs the role operator; yours is ${role}`;
  return (
    <>
      <button
        type="button"
        aria-disabled={refused !== null}
        title={refused ?? undefined}
        onClick={() => refused === null && setOpen(true)}
      >
        {WORDS[what].label}
      </button>
      {isOpen && <SayDialog {...saying} onClose={() => setOpen(false)} />}
    </>
  );
}

function stateRefusal({ status }: Incident, what: keyof typeof WORDS): string | null {
  if (status === 'resolved') return 'it is over';
  return what === 'ack' && status === 'acknowledged' ? 'somebody is on it already' : null;
}

function SayDialog({ incident, what, onSaid, onClose }: Saying & { readonly onClose: () => void }) {
  const { label, done, note } = WORDS[what];
  const { subject } = useMe();
  const say = async (reason: string) => {
    // Whoever has a token of their own is named by it, whatever stands here; who shares the installation's is not.
    const body = { reason, by: subject };
    await (what === 'ack' ? api.acknowledgeIncident(incident.id, body) : api.resolveIncident(incident.id, body));
    announce(`${incident.id} is ${done}`);
    onSaid();
  };
  return (
    <ReasonDialog
      title={`${label}: ${incident.title}`}
      note={note}
      label={label}
      needsReason
      say={say}
      onClose={onClose}
    />
  );
}

import { useId, useState } from 'preact/hooks';
import type { Incident } from '../../../src/domain/incident.js';
import { may } from '../data/access.js';
import { api, asApiError } from '../data/api.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
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
  const id = useId();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    // Whoever has a token of their own is named by it, whatever stands here; who shares the installation's is not.
    const body = { reason: reason.trim(), by: subject };
    try {
      await (what === 'ack' ? api.acknowledgeIncident(incident.id, body) : api.resolveIncident(incident.id, body));
      announce(`${incident.id} is ${done}`);
      onSaid();
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
    }
  };
  return (
    <Dialog title={`${label}: ${incident.title}`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{note}</p>
        <label for={id}>Reason</label>
        <textarea
          id={id}
          rows={2}
          required
          maxLength={500}
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {problem !== null && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="primary">
            {label}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { asApiError } from '../data/api.js';
import { Dialog } from './dialog.js';

interface ReasonDialogProps {
  readonly title: string;
  /** What comes of it. */
  readonly note: string;
  /** Of the button. */
  readonly label: string;
  readonly isDanger?: boolean;
  readonly needsReason: boolean;
  /** Says it. What it throws is shown, and may be tried again. */
  readonly say: (reason: string) => Promise<void>;
  readonly onClose: () => void;
  /** What else is asked, above the reason. */
  readonly children?: ComponentChildren;
}

/** Asks whether somebody is sure, and why; closes once it was said. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, note, label, isDanger = false, needsReason, say, onClose, children } = props;
  const id = useId();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await say(reason.trim());
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{note}</p>
        {children}
        <label for={id}>Reason{needsReason ? '' : ' (may be empty)'}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={500}
          required={needsReason}
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {problem !== null && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class={isDanger ? 'danger' : 'primary'} disabled={isBusy}>
            {isBusy ? 'Asking …' : label}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

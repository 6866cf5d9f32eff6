import { useId, useRef, useState } from 'preact/hooks';
import { knownDigests } from '../../../src/domain/rollout-models.js';
import { api, asApiError, segment } from '../data/api.js';
import type { CommandBody, CommandName, RolloutDetail } from '../data/types.js';
import { newDecisionId } from '../decision-id.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
import { go } from '../router.js';
import { STOPPING } from './can.js';
import { COMMAND_WORDS, type CommandField } from './command-words.js';

const MINUTE_MS = 60_000;

/** Asks whether somebody is sure, and why; then says it. The decision keeps its id, so that a second try is no second decision. */
export function CommandDialog({
  command,
  rollout,
  onClose,
  onActed,
}: {
  readonly command: CommandName;
  readonly rollout: RolloutDetail;
  readonly onClose: () => void;
  readonly onActed: () => void;
}) {
  const words = COMMAND_WORDS[command];
  const [decisionId] = useState(newDecisionId);
  // What is consented to is what was in sight when the dialog opened.
  const seen = useRef(rollout);
  const [reason, setReason] = useState('');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const body = bodyOf(command, seen.current, { reason, value, decisionId, field: words.field });
      const answer = await api.sendCommand(seen.current.service, body);
      announce(answer.detail);
      if (answer.retried) go(`/rollouts/${segment(answer.retried.rolloutId)}`);
      onActed();
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`${words.label}: ${rollout.service} ${rollout.candidate}`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{words.consequence(seen.current)}</p>
        {words.field && <Field field={words.field} value={value} onChange={setValue} />}
        <Reason isNeeded={words.needsReason} value={reason} onChange={setReason} />
        {problem !== null && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class={STOPPING.has(command) ? 'danger' : 'primary'} disabled={isBusy}>
            {isBusy ? 'Asking …' : words.label}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Reason({
  isNeeded,
  value,
  onChange,
}: {
  readonly isNeeded: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <>
      <label for={id}>Reason{isNeeded ? '' : ' (may be empty)'}</label>
      <textarea
        id={id}
        rows={2}
        maxLength={500}
        required={isNeeded}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </>
  );
}

function Field({
  field: { name, label, isOptional = false },
  value,
  onChange,
}: {
  readonly field: CommandField;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <>
      <label for={id}>
        {label}
        {isOptional && ' (may be empty)'}
      </label>
      <input
        id={id}
        required={!isOptional}
        value={value}
        {...(name === 'to'
          ? { type: 'text', maxLength: 200 }
          : { type: 'number', min: name === 'step' ? 1 : 0.01, step: name === 'step' ? 1 : 0.01 })}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </>
  );
}

interface Said {
  readonly reason: string;
  readonly value: string;
  readonly decisionId: string;
  readonly field: CommandField | undefined;
}

/** As the api takes it; an approval names the digests that its giver had before them. */
function bodyOf(command: CommandName, rollout: RolloutDetail, { reason, value, decisionId, field }: Said): CommandBody {
  const digests = command === 'approve' ? knownDigests(rollout.models) : null;
  return {
    command,
    reason: reason.trim(),
    decisionId,
    rolloutId: rollout.rolloutId,
    ...(field === undefined || value === '' ? {} : fieldOf(field, value)),
    ...(digests === null ? {} : { artifacts: digests }),
  };
}

function fieldOf({ name }: CommandField, value: string): Partial<CommandBody> {
  switch (name) {
    case 'forMs':
      return { forMs: Math.round(Number(value) * MINUTE_MS) };
    case 'weightPercent':
      return { weightPercent: Number(value) };
    case 'step':
      return { step: Number(value) - 1 };
    case 'to':
      return { to: value.trim() };
  }
}

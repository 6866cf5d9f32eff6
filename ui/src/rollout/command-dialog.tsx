import { useId, useRef, useState } from 'preact/hooks';
import { artifactsSeen } from '../../../src/domain/rollout-models.js';
import { api, segment } from '../data/api.js';
import type { CommandBody, CommandName, RolloutDetail } from '../data/types.js';
import { newDecisionId } from '../decision-id.js';
import { announce } from '../parts/announcer.js';
import { ReasonDialog } from '../parts/reason-dialog.js';
import { go } from '../router.js';
import { STOPPING } from './can.js';
import { COMMAND_WORDS, type CommandField } from './command-words.js';

const MINUTE_MS = 60_000;

/** The decision keeps its id, so that a second try is no second decision. */
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
  const [value, setValue] = useState('');

  const say = async (reason: string) => {
    const body = bodyOf(command, seen.current, { reason, value, decisionId, field: words.field });
    const answer = await api.sendCommand(seen.current.service, body);
    announce(answer.detail);
    if (answer.retried) go(`/rollouts/${segment(answer.retried.rolloutId)}`);
    onActed();
  };
  return (
    <ReasonDialog
      title={`${words.label}: ${rollout.service} ${rollout.candidate}`}
      note={words.consequence(seen.current)}
      label={words.label}
      isDanger={STOPPING.has(command)}
      needsReason={words.needsReason}
      say={say}
      onClose={onClose}
    >
      {words.field && <Field field={words.field} value={value} onChange={setValue} />}
    </ReasonDialog>
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
  return {
    command,
    reason,
    decisionId,
    rolloutId: rollout.rolloutId,
    ...(field === undefined || value === '' ? {} : fieldOf(field, value)),
    ...(command === 'approve' ? artifactsSeen(rollout.models) : {}),
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

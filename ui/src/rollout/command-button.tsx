import { useId, useState } from 'preact/hooks';
import type { CommandName, RolloutDetail } from '../data/types.js';
import { useMe } from '../shell/me.js';
import { whyNot } from './can.js';
import { CommandDialog } from './command-dialog.js';
import { COMMAND_WORDS } from './command-words.js';

/**
 * A command as a button. Where it can't be given the button stays, in reach of the keyboard, and says why: a disabled one would be silent.
 */
export function CommandButton({
  command,
  rollout,
  onActed,
  kind = '',
}: {
  readonly command: CommandName;
  readonly rollout: RolloutDetail;
  readonly onActed: () => void;
  readonly kind?: string;
}) {
  const [isOpen, setOpen] = useState(false);
  const me = useMe();
  const id = useId();
  const refused = whyNot(rollout, command, me);
  return (
    <>
      <button
        type="button"
        class={kind}
        aria-disabled={refused !== null}
        aria-describedby={refused === null ? undefined : id}
        title={refused ?? undefined}
        onClick={() => refused === null && setOpen(true)}
      >
        {COMMAND_WORDS[command].label}
      </button>
      {refused !== null && (
        <span id={id} class="hidden">
          {refused}
        </span>
      )}
      {isOpen && <CommandDialog command={command} rollout={rollout} onClose={() => setOpen(false)} onActed={onActed} />}
    </>
  );
}

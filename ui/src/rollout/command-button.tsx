import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CommandName, RolloutDetail } from '../data/types.js';
import { keepFocus } from '../parts/focus.js';
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
  // What was asked for stays, though the button may turn into another one behind the dialog.
  const [asked, setAsked] = useState<CommandName | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const me = useMe();
  const id = useId();
  const refused = whyNot(rollout, command, me);
  // Before it is taken out of the page: afterwards nobody knows where the focus was.
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (element !== null && document.activeElement === element) keepFocus();
    };
  }, []);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={kind}
        aria-disabled={refused !== null}
        aria-describedby={refused === null ? undefined : id}
        title={refused ?? undefined}
        onClick={() => refused === null && setAsked(command)}
      >
        {COMMAND_WORDS[command].label}
      </button>
      {refused !== null && (
        <span id={id} class="hidden">
          {refused}
        </span>
      )}
      {asked !== null && (
        <CommandDialog command={asked} rollout={rollout} onClose={() => setAsked(null)} onActed={onActed} />
      )}
    </>
  );
}

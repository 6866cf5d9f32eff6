import { hasEnded } from '../../../src/domain/rollout-state.js';
import type { CommandName, RolloutDetail } from '../data/types.js';
import { retryRefusal } from './can.js';
import { CommandButton } from './command-button.js';

const MORE: readonly CommandName[] = [
  'promote-full',
  'set-weight',
  'jump',
  'extend',
  'delegate',
  'set-owner',
  'break-glass',
  'force',
];

/** What may be said to a rollout: the frequent things in sight, the rest under "More". */
export function Actions({ rollout, onActed }: { readonly rollout: RolloutDetail; readonly onActed: () => void }) {
  const button = (command: CommandName, kind = '', key: string = command) => (
    <CommandButton key={key} command={command} rollout={rollout} onActed={onActed} kind={kind} />
  );
  const refused = retryRefusal(rollout);
  if (hasEnded(rollout.status))
    return refused !== null ? (
      <p class="faint">Nothing is left to be said to it: {refused}.</p>
    ) : (
      <div class="buttons" role="group" aria-label="Actions">
        {button('retry')}
      </div>
    );
  return (
    <div class="buttons" role="group" aria-label="Actions">
      {/* One button that turns into the other, and keeps the focus. */}
      {rollout.paused === null ? button('pause', '', 'halt') : button('resume', 'primary', 'halt')}
      {button('promote')}
      {button('abort', 'danger')}
      {button('rollback', 'danger')}
      <details class="menu">
        <summary>More</summary>
        <div class="buttons">{MORE.map((command) => button(command))}</div>
      </details>
    </div>
  );
}

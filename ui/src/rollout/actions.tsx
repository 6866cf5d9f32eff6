import { hasEnded } from '../../../src/domain/rollout-state.js';
import type { CommandName, RolloutDetail } from '../data/types.js';
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
  const button = (command: CommandName, kind = '') => (
    <CommandButton key={command} command={command} rollout={rollout} onActed={onActed} kind={kind} />
  );
  if (hasEnded(rollout.status))
    return (
      <div class="buttons" role="group" aria-label="Actions">
        {button('retry')}
      </div>
    );
  return (
    <div class="buttons" role="group" aria-label="Actions">
      {rollout.paused === null ? button('pause') : button('resume', 'primary')}
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

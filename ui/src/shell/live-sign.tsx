import { duration } from '../format.js';
import { useLiveStatus } from '../live/live.js';
import { useNow } from '../parts/time.js';

/** Whether what is shown is what is: said in words, and how old it is where the connection is lost. */
export function LiveSign() {
  const { state, heardAt } = useLiveStatus();
  return (
    <div class={`live ${state}`} role="status" aria-live="polite">
      <span class="dot" aria-hidden="true" />
      {state === 'live' && 'Live'}
      {state === 'connecting' && 'Connecting …'}
      {state === 'refused' && 'Not live: your token is not taken'}
      {state === 'lost' && (
        <>
          Connection lost, trying again.
          <Age since={heardAt} />
        </>
      )}
    </div>
  );
}

/** Counted in sight only: a screen reader would say it each second. */
function Age({ since }: { readonly since: number | null }) {
  const now = useNow();
  if (since === null) return null;
  return <span aria-hidden="true"> Data is {duration(now - since)} old</span>;
}

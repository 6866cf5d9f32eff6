import type { ComponentChildren } from 'preact';
import type { Resource } from '../data/use-resource.js';
import { duration } from '../format.js';
import { useNow } from './time.js';

/** What is there instead of data: why there is none, or that it is on its way. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Problem({ message, onRetry }: { readonly message: string; readonly onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p>{message}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Shows data while there is any, however old, and says so. */
export function Loaded<Data>({
  of,
  children,
  what,
}: {
  readonly of: Resource<Data>;
  readonly what: string;
  readonly children: (data: Data) => ComponentChildren;
}) {
  if (of.data === null) {
    if (of.error?.status === 404) return <Empty>{of.error.message}</Empty>;
    if (of.error !== null) return <Problem message={`${what}: ${of.error.message}`} onRetry={of.reload} />;
    return <Empty>Loading {what} …</Empty>;
  }
  return (
    <>
      {of.error !== null && of.seenAt !== null && <Stale since={of.seenAt} why={of.error.message} />}
      {children(of.data)}
    </>
  );
}

function Stale({ since, why }: { readonly since: number; readonly why: string }) {
  const age = duration(useNow() - since);
  return (
    <p class="stale" role="status">
      As of {age} ago: {why}
    </p>
  );
}

import type { ComponentChildren } from 'preact';
import type { Part } from '../../../src/domain/report.js';
import { Empty } from '../parts/notice.js';

/** Data, or the reason why there is none; a note beside data says what was left out. */
export function PartOf<T>({
  part,
  children,
}: {
  readonly part: Part<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  if (part.data === null) return <Empty>{part.note}</Empty>;
  return (
    <>
      {children(part.data)}
      {part.note !== null && <p class="faint small">{part.note}</p>}
    </>
  );
}

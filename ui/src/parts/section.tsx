import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A landmark with its heading. */
export function Section({
  title,
  aside,
  children,
  kind = '',
}: {
  readonly title: string;
  /** Beside the heading. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly kind?: string;
}) {
  const id = useId();
  return (
    <section class={`card ${kind}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

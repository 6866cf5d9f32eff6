import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { keepFocus } from './focus.js';

/** A modal dialog: the browser keeps the focus in it, Escape closes it, and the focus returns to where it was. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isPressedOutside = useRef(false);
  const id = useId();
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    before.current = document.activeElement;
    dialog.current?.showModal();
  }, []);
  // Once it is gone: while it is there, nothing outside can have the focus.
  useEffect(
    () => () => {
      if (!(before.current instanceof HTMLElement) || before.current === document.body) return;
      before.current.focus();
      keepFocus();
    },
    [],
  );
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onPointerDown={(event) => {
        isPressedOutside.current = isOutside(event);
      }}
      onClick={(event) => {
        // A selection that began inside and ends outside is a click on the dialog, too.
        if (isPressedOutside.current && isOutside(event)) dialog.current?.close();
      }}
    >
      <div class="dialog">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** The dialog itself is only hit beside its content: on the backdrop. */
function isOutside({ target, currentTarget }: Event): boolean {
  return target === currentTarget;
}

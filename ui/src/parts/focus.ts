const PATIENCE_MS = 20_000;

/** Moves the focus to the page's heading: at once, or as soon as it is there, unless somebody has moved it meanwhile. */
export function focusHeading(): () => void {
  const main = document.getElementById('main');
  if (main === null || focusIn(main)) return () => undefined;
  // What was in focus may have gone with the page before; from here the keyboard goes on in the new one.
  main.focus();
  const watcher = new MutationObserver(() => {
    if (document.activeElement !== main || focusIn(main)) stop();
  });
  const timer = setTimeout(() => stop(), PATIENCE_MS);
  const stop = () => {
    clearTimeout(timer);
    watcher.disconnect();
  };
  watcher.observe(main, { childList: true, subtree: true });
  return stop;
}

function focusIn(main: HTMLElement): boolean {
  const heading = main.querySelector('h1');
  if (heading === null) return false;
  heading.tabIndex = -1;
  heading.focus();
  return true;
}

/** For what goes while it has the focus: once it is gone the heading has it, and not nothing. */
export function keepFocus(): void {
  queueMicrotask(() => {
    if (document.activeElement === document.body) focusHeading();
  });
}

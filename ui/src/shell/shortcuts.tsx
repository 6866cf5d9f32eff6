import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.js';
import { go } from '../router.js';

const KEY = 'sluice-shortcuts';
const CHORD_MS = 1500;

const TARGETS: Readonly<Record<string, string>> = {
  r: '/',
  s: '/services',
  m: '/models',
  o: '/monitors',
  i: '/incidents',
};

const HELP = [
  ['/', 'Search'],
  ['n', 'Only what needs me, and back (rollouts)'],
  ['j, k', 'Next, previous row'],
  ['Enter', 'Open the row'],
  ['g then r, s, m, o, i', 'Rollouts, services, models, monitors, incidents'],
  ['?', 'This help'],
  ['Esc', 'Close a dialog'],
] as const;

function areOn(): boolean {
  return localStorage.getItem(KEY) !== 'off';
}

/** Keys without a modifier; none of them changes a rollout. They can be turned off, for those who speak or whose keys stick. */
export function useShortcuts(onHelp: () => void): void {
  useEffect(() => {
    let chordUntil = 0;
    const pressed = (event: KeyboardEvent) => {
      if (!areOn() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (Date.now() < chordUntil) {
        chordUntil = 0;
        const target = TARGETS[event.key];
        if (target !== undefined) return go(target);
      }
      if (event.key === 'g') chordUntil = Date.now() + CHORD_MS;
      else if (act(event.key, onHelp)) event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [onHelp]);
}

function act(key: string, onHelp: () => void): boolean {
  switch (key) {
    case '?':
      onHelp();
      return true;
    case '/':
      return focusOn(document.querySelector<HTMLElement>('input[type=search]'));
    case 'n':
      document.querySelector<HTMLElement>('#needs-me')?.click();
      return true;
    case 'j':
      return step(1);
    case 'k':
      return step(-1);
    default:
      return false;
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}

function focusOn(element: HTMLElement | null): boolean {
  element?.focus();
  return element !== null;
}

/** From the row that has the focus to the one beside it. */
function step(by: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>('main th[scope=row] a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  return focusOn(links[at === -1 ? 0 : at + by] ?? null);
}

export function ShortcutsHelp({ onClose }: { readonly onClose: () => void }) {
  const [isOn, setOn] = useState(areOn);
  const toggle = () => {
    localStorage.setItem(KEY, isOn ? 'off' : 'on');
    setOn(!isOn);
  };
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="keys">
        {HELP.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={isOn} onChange={toggle} /> Shortcuts are on
      </label>
      <form method="dialog" class="buttons">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}

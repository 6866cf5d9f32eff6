import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Announcer } from '../parts/announcer.js';
import { followLinks, usePlace } from '../router.js';
import { setToken, token } from '../session.js';
import { applyTheme, storedTheme, THEMES, type Theme } from '../theme.js';
import { LiveSign } from './live-sign.js';
import { useMe } from './me.js';
import { ShortcutsHelp, useShortcuts } from './shortcuts.js';

const PAGES = [
  { href: '/', title: 'Rollouts', under: /^\/(?:rollouts\/|$)/ },
  { href: '/services', title: 'Services', under: /^\/services/ },
  { href: '/models', title: 'Models', under: /^\/models/ },
  { href: '/monitors', title: 'Monitors', under: /^\/monitors/ },
  { href: '/incidents', title: 'Incidents', under: /^\/incidents/ },
] as const;

/** What is around every page. */
export function Shell({ children, onSignIn }: { readonly children: ComponentChildren; readonly onSignIn: () => void }) {
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts(() => setHelpOpen(true));
  return (
    <div class="shell" onClick={followLinks}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <path d="M4 22q3-3 6 0t6 0 6 0 6 0M9 16V6m7 10V6m7 10V6" />
          </svg>
          Sluice
        </a>
        <Navigation />
        <LiveSign />
        <Tools onHelp={() => setHelpOpen(true)} onSignIn={onSignIn} />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Announcer />
      {isHelpOpen && <ShortcutsHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

function Navigation() {
  const { path } = usePlace();
  return (
    <nav aria-label="Pages">
      {PAGES.map(({ href, title, under }) => (
        <a key={href} href={href} aria-current={under.test(path) ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function Tools({ onHelp, onSignIn }: { readonly onHelp: () => void; readonly onSignIn: () => void }) {
  const me = useMe();
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <div class="tools">
      <span class="who" title={`${me.subject}: ${me.roles.join(', ')}`}>
        {me.name} <span class="faint">{me.role}</span>
      </span>
      <label class="hidden" for="theme">
        Theme
      </label>
      <select id="theme" value={theme} onChange={({ currentTarget }) => choose(currentTarget.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="quiet" onClick={onHelp} aria-label="Keyboard shortcuts">
        ?
      </button>
      {token() !== null && (
        <button type="button" class="quiet" onClick={() => setToken(null)}>
          Sign out
        </button>
      )}
      {token() === null && me.role !== 'admin' && (
        <button type="button" class="quiet" onClick={onSignIn}>
          Sign in
        </button>
      )}
    </div>
  );
}

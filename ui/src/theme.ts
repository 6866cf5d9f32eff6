export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'sluice-theme';

/** What this browser was last told; `system` follows the machine's setting. */
export function storedTheme(): Theme {
  const found = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === found) ?? 'system';
}

/** Shows and remembers a theme. Charts draw on canvas and hear of it by the event `themechange`. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  dispatchEvent(new Event('themechange'));
}

/** A colour as the style sheet has it at the moment, so opaque; for a canvas, which knows no variables. */
export function colour(name: string, percent = 100): string {
  const probe = document.createElement('i');
  probe.style.color = `color-mix(in srgb, var(--${name}) ${percent}%, transparent)`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

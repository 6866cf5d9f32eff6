/** What a piece of text means, not what it looks like. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'bold' | 'accent';
export type Style = Readonly<Record<Tone, (text: string) => string>>;

const asIs = (text: string) => text;
/** For files, pipes and whoever asks for it. */
export const PLAIN: Style = { good: asIs, bad: asIs, warn: asIs, dim: asIs, bold: asIs, accent: asIs };

/** The sixteen colours that every terminal lets its user choose. Whatever is added here, plain-text.ts must let through. */
const wrap = (on: number, off: number) => (text: string) => (text === '' ? '' : `\u{1b}[${on}m${text}\u{1b}[${off}m`);
export const COLOURED: Style = {
  good: wrap(32, 39),
  bad: wrap(31, 39),
  warn: wrap(33, 39),
  dim: wrap(2, 22),
  bold: wrap(1, 22),
  accent: wrap(36, 39),
};

/** Colours on a terminal, unless NO_COLOR (any text) or `--no-color` says otherwise; FORCE_COLOR (not 0) asks for them in a pipe. */
export function styleOf(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Style {
  if (env['NO_COLOR']) return PLAIN;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced === '0' ? PLAIN : COLOURED;
  return stream.isTTY === true && env['TERM'] !== 'dumb' ? COLOURED : PLAIN;
}

/** `--no-color` may stand anywhere before `--`, with every command. @returns the rest of the arguments */
export function takeNoColor(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): string[] {
  const end = argv.indexOf('--');
  const isOurs = (arg: string, at: number) => arg === '--no-color' && (end === -1 || at < end);
  if (argv.some(isOurs)) env['NO_COLOR'] = '1';
  return argv.filter((arg, at) => !isOurs(arg, at));
}

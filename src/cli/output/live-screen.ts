import stringWidth from 'string-width';
import { harmless, writeUnguarded } from './plain-text.js';

const ENTER = '\u{1b}[?1049h\u{1b}[?25l';
const LEAVE = '\u{1b}[?25h\u{1b}[?1049l';
const HOME = '\u{1b}[H';
const REST_OF_LINE = '\u{1b}[K';
const REST_OF_SCREEN = '\u{1b}[J';
const NO_STYLE = '\u{1b}[0m';
const STYLE = new RegExp(`(${'\u{1b}'}\\[\\d+m)`, 'u');
const INTERRUPTED = 130;

/** A screen of its own that is drawn again and again, as `watch` and `less` have it: what stood in the terminal before is there again afterwards. */
export interface LiveScreen {
  draw(text: string): void;
  /** Back to the terminal as it was. Whoever wants the last drawing to stay prints it then. May be called twice. */
  close(): void;
}

/** Ctrl-C, too, leaves the terminal as it was. */
export function openLiveScreen(stream: NodeJS.WriteStream = process.stdout): LiveScreen {
  // The guard of stdout (plain-text.ts) would show our moves of the cursor as text: what is drawn is made harmless here instead.
  const write = (text: string) => writeUnguarded(stream, text);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('exit', close);
    write(LEAVE);
  };
  const interrupt = () => {
    close();
    process.exit(INTERRUPTED);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('exit', close);
  write(ENTER);
  return {
    draw(text) {
      if (isOpen) write(frame(harmless(text), stream.columns ?? 80, stream.rows ?? 24));
    },
    close,
  };
}

/** Whether it makes sense to draw: somebody looks, and the terminal can move its cursor. */
export function canRedraw(stream: { readonly isTTY?: boolean } = process.stdout): boolean {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** The whole screen anew, without clearing it first: nothing flickers. What is beyond its edges is cut, the lower end with a word about it. */
export function frame(text: string, columns: number, rows: number): string {
  const lines = text.split('\n');
  const over = lines.length - rows;
  const shown = over <= 0 ? lines : [...lines.slice(0, rows - 1), `… ${over + 1} more lines`];
  const drawn = shown.map((line) => `${fitLine(line, columns)}${REST_OF_LINE}`).join('\r\n');
  return `${HOME}${drawn}${REST_OF_SCREEN}`;
}

/** Cut where it would wrap, by columns as terminals count them: a wide character takes two. Styles are no columns. */
export function fitLine(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let [kept, width] = ['', 0];
  for (const part of line.split(STYLE)) {
    if (STYLE.test(part)) {
      kept += part;
      continue;
    }
    for (const { segment } of new Intl.Segmenter().segment(part)) {
      width += stringWidth(segment);
      if (width >= columns) return `${kept}…${NO_STYLE}`;
      kept += segment;
    }
  }
  return kept;
}

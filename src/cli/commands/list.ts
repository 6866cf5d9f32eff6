import type { RolloutSummary } from '../../api/schema/rollout.js';
import { readConfig } from '../../config.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { Format } from '../output/formats.js';
import { canRedraw, openLiveScreen } from '../output/live-screen.js';
import { type Printable, print, printLine } from '../output/print.js';
import { say } from '../output/say.js';
import { type Style, styleOf } from '../output/style.js';
import { type ListLine, renderList } from '../render-list.js';
import { type ListedRollouts, readList } from '../source/list-source.js';
import { type ListFilter, openStoreReader, type StoreReader } from '../source/store-reader.js';

export interface ListOptions extends ListFilter {
  readonly limit: number;
  /** All there are, page after page. */
  readonly all?: boolean;
  readonly watch?: boolean;
  /** Milliseconds; of `--watch`. */
  readonly timeout: number;
  readonly output: Format;
}

const LOOK_MS = 2000;

/** Newest first. */
export async function list(options: ListOptions): Promise<void> {
  const { watch = false, output, all = false, limit } = options;
  const store = openStoreReader(readConfig());
  const most = all ? Number.POSITIVE_INFINITY : limit;
  try {
    if (watch) return await watchList(store, options, most);
    const found = await readList(store, options, most);
    print(output, asPrintable(found.lines, Date.now(), styleOf(process.stdout)));
    tell(found);
  } finally {
    await store.close();
  }
}

/** Rows in each way they may be asked for. @param now ms since 1970 */
export function asPrintable(lines: readonly ListLine[], now: number, style: Style): Printable {
  return {
    data: lines.map(dataOf),
    names: lines.map(({ rolloutId }) => rolloutId),
    table: () => renderList(lines, { now, style }),
    wide: () => renderList(lines, { now, style, wide: true }),
  };
}

/** What the store has of it, else the little that Temporal knows. */
function dataOf({ stored, ...line }: ListLine): RolloutSummary | Omit<ListLine, 'stored'> {
  return stored ?? line;
}

/** Until the time is over or somebody has seen enough. */
async function watchList(store: StoreReader, options: ListOptions, most: number): Promise<void> {
  const { output, timeout } = options;
  const isScreen = (output === 'table' || output === 'wide') && canRedraw();
  const deadline = performance.now() + timeout;
  let found = await readList(store, options, most);
  const screen = isScreen ? openLiveScreen() : null;
  const changes = changeTeller(output);
  try {
    for (let lost: string | null = null; ; ) {
      const text = renderList(found.lines, {
        now: Date.now(),
        style: styleOf(process.stdout),
        wide: output === 'wide',
      });
      if (screen === null) changes(found.lines);
      else screen.draw([...(lost === null ? [] : [`! ${lost}`]), text].join('\n'));
      if (performance.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      try {
        found = await readList(store, options, most);
        lost = null;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        if (lost === null && screen === null) say(`! ${describeError(error)}`);
        lost = `as it was: ${describeError(error)}`;
      }
    }
  } finally {
    screen?.close();
  }
}

/** A line for each rollout that is not as it was. */
function changeTeller(output: Format): (lines: readonly ListLine[]) => void {
  const known = new Map<string, string>();
  const style = styleOf(process.stdout);
  return (lines) => {
    // The oldest first: whoever reads a stream reads on.
    for (const line of [...lines].reverse()) {
      const data = dataOf(line);
      const seen = line.stored === undefined ? JSON.stringify(data) : String(line.stored.revision);
      if (known.get(line.rolloutId) === seen) continue;
      known.set(line.rolloutId, seen);
      if (output === 'json' || output === 'yaml') printLine(data);
      else if (output === 'name') process.stdout.write(`${line.rolloutId}\n`);
      else
        process.stdout.write(
          `${renderList([line], { now: Date.now(), style, wide: output === 'wide' }).split('\n')[1]}\n`,
        );
    }
  };
}

function tell({ note, isCut }: ListedRollouts): void {
  if (note !== null) say(note);
  if (isCut) say('there are more: --limit, --all, or --search, --service, --status to find some');
}

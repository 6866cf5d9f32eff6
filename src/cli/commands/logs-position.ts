import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { keepState, readState } from '../../gateway/state-file.js';

/** Bytes of a file, in their order. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Bytes of it that are sent: of a line beyond all measure only the beginning. */
  readonly sent: number;
  /** Whether it ends within a line, whose rest is to be left out. */
  readonly endsInLine: boolean;
}

/** How far a file was sent. Kept before and after each delivery, so that a repeat is the same delivery to the byte. */
export interface Position {
  /** Of this position file: once it is lost, numbers begin anew. */
  readonly source: string;
  /** Of the next delivery. */
  readonly sequence: number;
  /** Which file: its name may be another's by now. null: none yet. */
  readonly inode: number | null;
  readonly offset: number;
  /** Digest of the file's first bytes, to know a file again whose inode was used for another. */
  readonly head: { readonly bytes: number; readonly digest: string };
  /** The line that `offset` is in was sent as far as it ever will. */
  readonly inLine: boolean;
  /** On its way when this was written. */
  readonly pending: Stretch | null;
}

/** Whole from one process to the next. */
export interface PositionFile {
  read(): Promise<Position>;
  write(position: Position): Promise<void>;
}

export const NO_HEAD: Position['head'] = { bytes: 0, digest: '' };

/** The folder of what is known of a log; one for each log, service and version. */
export function folderOf(stateDir: string, log: string, service: string, version: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([log, service, version]))
    .digest('hex')
    .slice(0, 16);
  return join(stateDir, 'logs', name);
}

export function positionFile(folder: string): PositionFile {
  const path = join(folder, 'position.json');
  return {
    read: async () => ((await readState(path)) as Position | undefined) ?? firstPosition(),
    write: (position) => keepState(path, position),
  };
}

function firstPosition(): Position {
  return {
    source: `follow-${randomUUID()}`,
    sequence: 0,
    inode: null,
    offset: 0,
    head: NO_HEAD,
    inLine: false,
    pending: null,
  };
}

import type { Answered } from '../../test/monitors/drift/world.js';
import type { PythonPeer } from '../python-peer.js';

/** What others say of the same two windows (bench/peers/drift_peer.py); of features alone. */
export interface FoundByPeers {
  readonly evidentlyAny: boolean;
  readonly evidentlyDataset: boolean;
  readonly ks05: boolean;
  readonly ks001: boolean;
}

export const PEERS = {
  'Evidently: any': ({ evidentlyAny }: FoundByPeers) => evidentlyAny,
  'Evidently: data set': ({ evidentlyDataset }: FoundByPeers) => evidentlyDataset,
  'KS, Bonferroni, 0.05': ({ ks05 }: FoundByPeers) => ks05,
  'KS, Bonferroni, 0.001': ({ ks001 }: FoundByPeers) => ks001,
};

export async function findingsOfPeers(
  peer: PythonPeer,
  reference: readonly Answered[],
  current: readonly Answered[],
): Promise<FoundByPeers> {
  const answer = await peer.ask({ reference: columnsOf(reference), current: columnsOf(current) });
  return answer as typeof answer & FoundByPeers;
}

function columnsOf(rows: readonly Answered[]): Record<string, number[]> {
  const names = Object.keys(rows[0]?.features ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.map(({ features }) => features[name] ?? Number.NaN)]));
}

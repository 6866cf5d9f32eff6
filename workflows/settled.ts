import { condition } from '@temporalio/workflow';

/**
 * Lets what else goes on come to its next wait first. A replay may give two tasks of the history at once (an empty one, and the update after it): then the
 * end of an earlier activity and a command come together, and the commands of a background loop and of the phases must not depend on which came first.
 * @param turns several times over, everything that can go on has gone on; loops of different turns keep their order
 */
export async function settled(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    let asked = 0;
    // Asked at once, and again only when nothing else moves.
    await condition(() => {
      asked += 1;
      return asked > 1;
    });
  }
}

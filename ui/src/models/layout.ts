import type { ModelVersion } from '../../../src/domain/model-version.js';

/** A version in the picture; what is not registered has only its id. */
export interface Node {
  readonly id: string;
  readonly label: string;
  readonly model: string | null;
  /** Ancestors are below 0, the version itself is 0, descendants are above. */
  readonly generation: number;
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly from: Node;
  readonly to: Node;
}

export interface Picture {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export interface Kin {
  readonly version: Pick<ModelVersion, 'id' | 'version' | 'model' | 'parents'>;
  readonly generation: number;
}

export const NODE_WIDTH = 150;
export const NODE_HEIGHT = 40;
const GAP_X = 60;
const GAP_Y = 16;

/** One column a generation, in the order given; a parent that nobody registered stands where a registered one would. */
export function layOut(kin: readonly Kin[], missing: readonly string[]): Picture {
  const known = new Set(kin.map(({ version }) => version.id));
  const orphans = missing
    .filter((id) => !known.has(id))
    .map((id) => {
      const children = kin.filter(({ version }) => version.parents.includes(id)).map(({ generation }) => generation);
      return { id, label: 'not registered', model: null, generation: Math.min(0, ...children) - 1 };
    });
  const all = [
    ...kin.map(({ version: { id, version, model }, generation }) => ({ id, label: version, model, generation })),
    ...orphans,
  ];
  const first = Math.min(...all.map(({ generation }) => generation));
  const rows = new Map<number, number>();
  const nodes = all.map((one) => {
    const row = rows.get(one.generation) ?? 0;
    rows.set(one.generation, row + 1);
    return { ...one, x: (one.generation - first) * (NODE_WIDTH + GAP_X), y: row * (NODE_HEIGHT + GAP_Y) };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edges = kin.flatMap(({ version: { id, parents } }) =>
    parents.flatMap((parent) => {
      const [from, to] = [byId.get(parent), byId.get(id)];
      return from && to ? [{ from, to }] : [];
    }),
  );
  return {
    nodes,
    edges,
    width: Math.max(...nodes.map(({ x }) => x)) + NODE_WIDTH,
    height: Math.max(...nodes.map(({ y }) => y)) + NODE_HEIGHT,
  };
}

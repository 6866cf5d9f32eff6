import { type Dependencies, type DependencyNode, directDependencies } from '../../domain/spec/monitors/dependencies.js';

/** `unknown` could not be measured; `degraded` is well by itself and needs something that has failed. */
export type NodeState = 'healthy' | 'degraded' | 'failed' | 'unknown';

/** A failed node that no failed node explains, and what follows from it. */
export interface RootCause {
  readonly name: string;
  /** The share of the service that is lost, 0..1. */
  readonly impact: number;
  /** Failed nodes that need it, over whatever way. */
  readonly takesDown: readonly string[];
  /** Nodes that are well by themselves and need it, over whatever way. */
  readonly degrades: readonly string[];
  /** The way on which the greatest harm comes, the service left out: from what it needs itself down to the cause. */
  readonly path: readonly string[];
}

type Graph = Pick<Dependencies, 'nodes' | 'dependsOn'>;
type Own = ReadonlyMap<string, 'up' | 'down' | 'unknown' | 'unprobed'>;

/** Nodes before those that need them. @param graph without cycles */
export function bottomUp({ nodes }: Graph): DependencyNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const order = new Map<string, DependencyNode>();
  const visit = (node: DependencyNode) => {
    if (order.has(node.name)) return;
    for (const name of node.dependsOn) {
      const next = byName.get(name);
      if (next !== undefined) visit(next);
    }
    order.set(node.name, node);
  };
  for (const node of nodes) visit(node);
  return [...order.values()];
}

/** @param own what each node's own probe says */
export function nodeStates(graph: Graph, own: Own): Map<string, NodeState> {
  const states = new Map<string, NodeState>();
  for (const { name, dependsOn } of bottomUp(graph)) {
    const below = dependsOn.map((each) => states.get(each));
    const mine = own.get(name) ?? 'unknown';
    if (mine === 'down') states.set(name, 'failed');
    else if (below.some((state) => state === 'failed' || state === 'degraded')) states.set(name, 'degraded');
    else if (mine === 'unknown' || (mine === 'unprobed' && below.includes('unknown'))) states.set(name, 'unknown');
    else states.set(name, 'healthy');
  }
  return states;
}

/** Worst first. */
export function rootCauses(graph: Graph, states: ReadonlyMap<string, NodeState>): RootCause[] {
  const order = bottomUp(graph);
  // Whether a failed node is below, over whatever way.
  const explained = new Map<string, boolean>();
  for (const { name, dependsOn } of order)
    explained.set(
      name,
      dependsOn.some((each) => states.get(each) === 'failed' || explained.get(each) === true),
    );
  return order
    .filter(({ name }) => states.get(name) === 'failed' && explained.get(name) !== true)
    .map(({ name }) => causeAt(graph, order, states, name))
    .sort((a, b) => b.impact - a.impact || (a.name < b.name ? -1 : 1));
}

/** What the service would lose, were this node to fail: 0..1. */
export function impactOf(graph: Graph, states: ReadonlyMap<string, NodeState>, name: string): number {
  return causeAt(graph, bottomUp(graph), states, name).impact;
}

interface Harm {
  readonly share: number;
  readonly path: readonly string[];
}

/**
 * Harm goes up the graph: of a node, the share is lost that its worst dependency takes along, which is that one's own loss times its
 * criticality. A product, since each layer that can do without a part of what it needs softens the blow for those above; the minimum along a path
 * would call a failure behind four half-critical layers as bad as one next to the service. Of several ways the worst counts: they are one
 * failure. A node that is seen to have failed has lost all, whatever its dependencies' criticality foretold.
 */
function causeAt(
  graph: Graph,
  order: readonly DependencyNode[],
  states: ReadonlyMap<string, NodeState>,
  cause: string,
): RootCause {
  const criticality = new Map(order.map((node) => [node.name, node.criticality]));
  const harm = new Map<string, Harm>([[cause, { share: 1, path: [cause] }]]);
  const worst = (names: readonly string[]): Harm | null =>
    names.reduce<Harm | null>((found, each) => {
      const below = harm.get(each);
      if (below === undefined) return found;
      const share = below.share * (criticality.get(each) ?? 1);
      return found === null || share > found.share ? { share, path: below.path } : found;
    }, null);
  for (const { name, dependsOn } of order) {
    if (name === cause) continue;
    const below = worst(dependsOn);
    if (below !== null)
      harm.set(name, { share: states.get(name) === 'failed' ? 1 : below.share, path: [name, ...below.path] });
  }
  const atRoot = worst(directDependencies(graph));
  const above = [...harm.keys()].filter((name) => name !== cause);
  return {
    name: cause,
    impact: atRoot?.share ?? 0,
    takesDown: above.filter((name) => states.get(name) === 'failed'),
    degrades: above.filter((name) => states.get(name) === 'degraded'),
    path: atRoot?.path ?? [cause],
  };
}

import { cutText } from '../../../src/domain/cut-text.js';
import type { ModelVersion } from '../../../src/domain/model-version.js';
import type { Lineage } from '../../../src/registry/lineage.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { Loaded } from '../parts/notice.js';
import { type Edge, type Kin, layOut, NODE_HEIGHT, NODE_WIDTH, type Node, type Picture } from './layout.js';

const DEPTH = 6;

/** What a version was made from, to its left, and what was made from it, to its right. */
export function LineageGraph({ version }: { readonly version: ModelVersion }) {
  const { model, id } = version;
  const load = (direction: 'ancestors' | 'descendants') => (options: { readonly signal: AbortSignal }) =>
    api.getLineage(model, id, { direction, depth: DEPTH, ...options });
  const before = useResource(`ancestors ${model} ${id}`, load('ancestors'));
  const after = useResource(`descendants ${model} ${id}`, load('descendants'));
  return (
    <Loaded of={before} what="ancestors">
      {(ancestors) => (
        <Loaded of={after} what="descendants">
          {(descendants) => <Graph version={version} ancestors={ancestors} descendants={descendants} />}
        </Loaded>
      )}
    </Loaded>
  );
}

interface Both {
  readonly version: ModelVersion;
  readonly ancestors: Lineage;
  readonly descendants: Lineage;
}

function Graph({ version, ancestors, descendants }: Both) {
  const kin: Kin[] = [
    { version, generation: 0 },
    ...ancestors.relatives.map((one) => ({ version: one.version, generation: -one.depth })),
    ...descendants.relatives.map((one) => ({ version: one.version, generation: one.depth })),
  ];
  const picture = layOut(kin, ancestors.missing);
  return (
    <>
      {(ancestors.isCircular || descendants.isCircular) && (
        <p class="stale">It is among its own relatives: a circle.</p>
      )}
      {(ancestors.isTruncated || descendants.isTruncated) && (
        <p class="faint">There is more beyond {DEPTH} generations.</p>
      )}
      <Drawing picture={picture} chosen={version.id} />
      <Relations picture={picture} />
    </>
  );
}

function Drawing({
  picture: { nodes, edges, width, height },
  chosen,
}: {
  readonly picture: Picture;
  readonly chosen: string;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Lineage">
      <svg
        class="lineage"
        width={width + 4}
        height={height + 4}
        viewBox={`-2 -2 ${width + 4} ${height + 4}`}
        aria-hidden="true"
      >
        {edges.map((edge) => (
          <path key={`${edge.from.id} ${edge.to.id}`} d={curve(edge)} />
        ))}
        {nodes.map((node) => (
          <Box key={node.id} node={node} isChosen={node.id === chosen} />
        ))}
      </svg>
    </div>
  );
}

function Box({ node: { label, model, id, x, y }, isChosen }: { readonly node: Node; readonly isChosen: boolean }) {
  const kind = isChosen ? 'chosen' : model === null ? 'missing' : '';
  return (
    <g transform={`translate(${x} ${y})`} class={kind}>
      <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx="5" />
      <text x="10" y="17">
        {cutText(label, LONGEST)}
      </text>
      <text x="10" y="32" class="faint">
        {cutText(model ?? id, LONGEST)}
      </text>
    </g>
  );
}

const LONGEST = 20;

function curve({ from, to }: Edge): string {
  const [x1, y1, x2, y2] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2, to.x, to.y + NODE_HEIGHT / 2];
  const half = (x1 + x2) / 2;
  return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
}

/** The same in words. */
function Relations({ picture: { edges } }: { readonly picture: Picture }) {
  if (edges.length === 0) return <p class="faint">It was made from nothing that is registered, and nothing from it.</p>;
  return (
    <ul class="small">
      {edges.map(({ from, to }) => (
        <li key={`${from.id} ${to.id}`}>
          <Name node={to} /> was made from <Name node={from} />
        </li>
      ))}
    </ul>
  );
}

function Name({ node: { model, label, id } }: { readonly node: Node }) {
  if (model === null) return <code>{id}</code>;
  return (
    <a href={`/models/${encodeURIComponent(model)}?version=${encodeURIComponent(id)}`}>
      {model}:{label}
    </a>
  );
}

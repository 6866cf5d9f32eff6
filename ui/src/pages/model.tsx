import type { ModelVersion } from '../../../src/domain/model-version.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { number } from '../format.js';
import { LineageGraph } from '../models/lineage-graph.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { setQuery, usePlace } from '../router.js';

interface Listed {
  readonly version: ModelVersion;
  readonly aliases: readonly string[];
  readonly isChosen: boolean;
}

/** A model's versions, what points at them, and what they were made from. */
export function ModelPage({ model }: { readonly model: string }) {
  const { query } = usePlace();
  const versions = useResource(`versions ${model}`, (options) => api.listVersions(model, { limit: 200, ...options }));
  const aliases = useResource(`aliases ${model}`, (options) => api.listAliases(model, options));
  const wanted = query.get('version') || null;
  const isListed = wanted === null || versions.data?.versions.some(({ id }) => id === wanted);
  const older = useResource(versions.data === null || isListed ? null : `version ${model} ${wanted}`, (options) =>
    api.getVersion(model, wanted ?? '', options),
  );
  return (
    <>
      <h1>{model}</h1>
      <Loaded of={versions} what="versions">
        {({ versions: listed, next }) => {
          const found = older.data;
          // It may be named by its label, too.
          const all = found === null || listed.some(({ id }) => id === found.id) ? listed : [...listed, found];
          const chosen = wanted === null ? all[0] : (found ?? all.find(({ id }) => id === wanted));
          if (all.length === 0) return <Empty>No version of {model} is registered.</Empty>;
          const rows = all.map((version) => ({
            version,
            isChosen: version.id === chosen?.id,
            aliases: (aliases.data?.aliases ?? []).filter(({ id }) => id === version.id).map(({ alias }) => alias),
          }));
          return (
            <>
              <Section title="Versions">
                <Table
                  caption="Versions, newest first"
                  columns={COLUMNS}
                  rows={rows}
                  rowKey={({ version }) => version.id}
                  rowClass={({ isChosen }) => (isChosen ? 'chosen' : '')}
                />
                {next !== null && <p class="faint">The newest {listed.length} are listed.</p>}
              </Section>
              {chosen === undefined ? (
                <Loaded of={older} what={`version ${wanted}`}>
                  {() => null}
                </Loaded>
              ) : (
                <Chosen version={chosen} />
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Chosen({ version }: { readonly version: ModelVersion }) {
  return (
    <>
      <Section title={`Lineage of ${version.version}`}>
        <LineageGraph version={version} />
      </Section>
      <Section title={`About ${version.version}`}>
        <About version={version} />
      </Section>
    </>
  );
}

const COLUMNS: readonly Column<Listed>[] = [
  {
    title: 'Version',
    isHeader: true,
    cell: ({ version: { version, id }, aliases, isChosen }) => (
      <>
        <button type="button" class="link" aria-pressed={isChosen} onClick={() => setQuery('version', id)}>
          {version}
        </button>
        {aliases.map((alias) => (
          <span key={alias} class="tag">
            @{alias}
          </span>
        ))}
        <div class="faint id">{id}</div>
      </>
    ),
  },
  {
    title: 'Metrics',
    cell: ({ version: { metrics } }) =>
      Object.entries(metrics)
        .slice(0, 4)
        .map(([name, value]) => `${name} ${number(value)}`)
        .join(', '),
    kind: 'long',
  },
  { title: 'Author', cell: ({ version: { author } }) => author },
  { title: 'Registered', cell: ({ version: { createdAt } }) => <Ago at={createdAt} /> },
];

function About({ version }: { readonly version: ModelVersion }) {
  const { description, artifact, code, datasets, parameters, environment, tags } = version;
  const pairs = (record: Readonly<Record<string, unknown>>) =>
    Object.entries(record)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(', ') || 'none';
  const facts = [
    ['Description', description || 'none'],
    ['Artifact', `${artifact.uri}, ${number(artifact.bytes)} bytes`],
    ['Digest', artifact.digest],
    ['Code', code],
    ['Data', datasets.map(({ name, role }) => `${name} (${role})`).join(', ') || 'none'],
    ['Parameters', pairs(parameters)],
    ['Environment', pairs(environment)],
    ['Tags', pairs(tags)],
  ] as const;
  return (
    <dl class="facts wide">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

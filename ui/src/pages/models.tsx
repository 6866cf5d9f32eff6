import type { ModelSummary } from '../../../src/domain/model-version.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { Empty, Loaded } from '../parts/notice.js';
import { type Column, Table } from '../parts/table.js';

/** What is registered. */
export function ModelsPage() {
  const models = useResource('models', (options) => api.listModels({ limit: 200, ...options }));
  return (
    <>
      <h1>Models</h1>
      <Loaded of={models} what="models">
        {({ models: all }) =>
          all.length === 0 ? (
            <Empty>
              No model version is registered. <code>sluice models register</code> registers one.
            </Empty>
          ) : (
            <Table caption="Models" columns={COLUMNS} rows={all} rowKey={({ model }) => model} />
          )
        }
      </Loaded>
    </>
  );
}

const COLUMNS: readonly Column<ModelSummary>[] = [
  {
    title: 'Model',
    isHeader: true,
    cell: ({ model }) => <a href={`/models/${encodeURIComponent(model)}`}>{model}</a>,
  },
  { title: 'Versions', isNumber: true, cell: ({ versions }) => versions },
  { title: 'Newest', cell: ({ newest }) => newest },
];

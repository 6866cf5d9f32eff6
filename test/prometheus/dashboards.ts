import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'deploy/grafana/dashboards';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
}

export const dashboards = readdirSync(FOLDER).map(
  (file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard] as const,
);

/** A query as Grafana asks it: all services, rates over a minute. */
function asAsked(expr: string): string {
  return expr.replaceAll('$service', '.+').replaceAll('$__rate_interval', '1m');
}

/** Every query of every panel, with where it stands. */
export const queries = dashboards.flatMap(([file, { panels }]) =>
  panels.flatMap(({ title, targets }) =>
    targets.map(({ refId, expr }) => [`${file}: ${title} ${refId}`, asAsked(expr)] as const),
  ),
);

/** Metrics of ours, of the SDK and of Prometheus itself that a text names. */
export function metricsIn(text: string): string[] {
  return [...text.matchAll(/\b(?:sluice_|sluice:|temporal_|model_)[\w:]+|\b(?:up|ALERTS)\b(?=[{ )]|$)/g)].map(
    ([name]) => name,
  );
}

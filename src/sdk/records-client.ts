import type { NewSilenceBody, SaidOfIncident } from '../api/schema/incident.js';
import type { AliasMoveBody, NewVersionBody } from '../api/schema/model.js';
import type { FeedbackReceipt, NewFreezeBody, PrunedFeedback } from '../api/schema/record.js';
import type { ForcedRollback, RecordedRollback } from '../domain/forced-rollback.js';
import type { Freeze } from '../domain/freeze.js';
import type { Incident, IncidentSource, Silence } from '../domain/incident.js';
import type { Alias, AliasChange, ModelSummary, ModelVersion } from '../domain/model-version.js';
import type { MonitorReading } from '../domain/monitor.js';
import type { FeedbackRecord, ObservationBatch } from '../domain/observation.js';
import type { ValidationReport } from '../domain/validation.js';
import type { LogReceipt } from '../monitors/logs/intake.js';
import type { LogReport } from '../monitors/logs/report.js';
import type { FeedbackStats, Forgotten } from '../ports/feedback-store.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { PrunedLogs } from '../ports/log-store.js';
import type { ReadingLine } from '../ports/monitor-store.js';
import type { ValidationSummary } from '../ports/validation-results.js';
import type { VersionDiff } from '../registry/diff.js';
import type { Lineage } from '../registry/lineage.js';
import type { CallOptions, Http, Query } from './http.js';
import { pathOf } from './http.js';

type Paged = CallOptions & { readonly limit?: number | undefined; readonly cursor?: string | undefined };
type Filtered<Filter> = Paged & { readonly [Key in keyof Filter]?: Filter[Key] | undefined };
type PageOf<Name extends string, Item> = { [Key in Name]: Item[] } & { next: string | null };

/** What is recorded beside rollouts. */
export class RecordsClient {
  protected readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  listIncidents(
    options: Filtered<{ active: boolean; service: string; source: IncidentSource }> = {},
  ): Promise<PageOf<'incidents', Incident>> {
    return this.list('/v1/incidents', options);
  }

  getIncident(id: string, options: CallOptions = {}): Promise<RecordedIncident> {
    return this.get(pathOf`/v1/incidents/${id}`, {}, options);
  }

  /** Markdown. */
  getPostMortem(id: string, options: CallOptions = {}): Promise<string> {
    return this.http.text({ method: 'GET', path: pathOf`/v1/incidents/${id}/post-mortem`, ...options });
  }

  acknowledgeIncident(id: string, body: SaidOfIncident, options: CallOptions = {}): Promise<Incident> {
    return this.post(pathOf`/v1/incidents/${id}/ack`, body, options);
  }

  resolveIncident(id: string, body: SaidOfIncident, options: CallOptions = {}): Promise<Incident> {
    return this.post(pathOf`/v1/incidents/${id}/resolve`, body, options);
  }

  listSilences(options: Filtered<{ active: boolean }> = {}): Promise<PageOf<'silences', Silence>> {
    return this.list('/v1/silences', options);
  }

  makeSilence(body: NewSilenceBody, options: CallOptions = {}): Promise<Silence> {
    return this.post('/v1/silences', body, options);
  }

  endSilence(id: string, options: CallOptions = {}): Promise<Silence> {
    return this.post(pathOf`/v1/silences/${id}/end`, undefined, options);
  }

  listModels(options: Paged = {}): Promise<PageOf<'models', ModelSummary>> {
    return this.list('/v1/models', options);
  }

  listVersions(model: string, options: Paged = {}): Promise<PageOf<'versions', ModelVersion>> {
    return this.list(pathOf`/v1/models/${model}/versions`, options);
  }

  registerVersion(model: string, body: NewVersionBody, options: CallOptions = {}): Promise<ModelVersion> {
    return this.post(pathOf`/v1/models/${model}/versions`, body, options);
  }

  /** @param version a label, an id, or an alias such as `@champion` */
  getVersion(model: string, version: string, options: CallOptions = {}): Promise<ModelVersion> {
    return this.get(pathOf`/v1/models/${model}/versions/${version}`, {}, options);
  }

  getLineage(
    model: string,
    version: string,
    { signal, ...query }: CallOptions & { direction?: 'ancestors' | 'descendants'; depth?: number } = {},
  ): Promise<Lineage> {
    return this.get(pathOf`/v1/models/${model}/versions/${version}/lineage`, query, { ...(signal && { signal }) });
  }

  diffVersions(model: string, version: string, other: string, options: CallOptions = {}): Promise<VersionDiff> {
    return this.get(pathOf`/v1/models/${model}/versions/${version}/diff/${other}`, {}, options);
  }

  listAliases(model: string, options: Paged = {}): Promise<PageOf<'aliases', Alias>> {
    return this.list(pathOf`/v1/models/${model}/aliases`, options);
  }

  getAliasHistory(model: string, alias: string, options: Paged = {}): Promise<PageOf<'changes', AliasChange>> {
    return this.list(pathOf`/v1/models/${model}/aliases/${alias}/history`, options);
  }

  /** @returns the change; null where it pointed there already */
  moveAlias(
    model: string,
    alias: string,
    body: AliasMoveBody,
    options: CallOptions = {},
  ): Promise<{ change: AliasChange | null }> {
    return this.http.json({ method: 'PUT', path: pathOf`/v1/models/${model}/aliases/${alias}`, body, ...options });
  }

  listFreezes(options: Filtered<{ active: boolean; service: string }> = {}): Promise<PageOf<'freezes', Freeze>> {
    return this.list('/v1/freezes', options);
  }

  makeFreeze(body: NewFreezeBody, options: CallOptions = {}): Promise<Freeze> {
    return this.post('/v1/freezes', body, options);
  }

  liftFreeze(id: string, body: { by?: string; reason: string }, options: CallOptions = {}): Promise<Freeze> {
    return this.post(pathOf`/v1/freezes/${id}/lift`, body, options);
  }

  listMonitors(options: Filtered<{ service: string }> = {}): Promise<PageOf<'monitors', ReadingLine>> {
    return this.list('/v1/monitors', options);
  }

  getMonitor(
    service: string,
    monitor: string,
    options: Paged = {},
  ): Promise<PageOf<'readings', ReadingLine> & { latest: MonitorReading }> {
    return this.list(pathOf`/v1/monitors/${service}/${monitor}`, options);
  }

  forgetMonitor(service: string, monitor: string, options: CallOptions = {}): Promise<void> {
    return this.http.json({ method: 'DELETE', path: pathOf`/v1/monitors/${service}/${monitor}`, ...options });
  }

  listValidations(
    options: Filtered<{ candidate: string }> & { readonly service: string },
  ): Promise<PageOf<'validations', ValidationSummary>> {
    return this.list('/v1/validations', options);
  }

  getValidation(id: string, options: CallOptions = {}): Promise<ValidationReport> {
    return this.get(pathOf`/v1/validations/${id}`, {}, options);
  }

  importFeedback(body: { records: readonly FeedbackRecord[] }, options: CallOptions = {}): Promise<FeedbackReceipt> {
    return this.post('/v1/feedback', body, options);
  }

  /** @param options.since how far back, such as `7d` */
  getFeedbackStats(
    service: string,
    { signal, ...query }: CallOptions & { since?: string; suspect?: number } = {},
  ): Promise<FeedbackStats> {
    return this.get(pathOf`/v1/feedback/${service}/stats`, query, { ...(signal && { signal }) });
  }

  pruneFeedback(
    body: { before: string; service?: string | undefined },
    options: CallOptions = {},
  ): Promise<PrunedFeedback> {
    return this.post('/v1/feedback/prune', body, options);
  }

  forgetUnit(body: { unitHash: string }, options: CallOptions = {}): Promise<Forgotten> {
    return this.post('/v1/feedback/forget', body, options);
  }

  /** @param lines as they are, with line breaks */
  takeLogs(
    lines: string,
    { signal, ...query }: CallOptions & { service: string; version?: string; source?: string; sequence?: number },
  ): Promise<LogReceipt> {
    const media = 'application/octet-stream';
    return this.http.json({ method: 'POST', path: '/v1/logs', query, body: lines, media, ...(signal && { signal }) });
  }

  getLogReport(service: string, { signal, ...query }: CallOptions & { since?: string } = {}): Promise<LogReport> {
    return this.get(pathOf`/v1/logs/${service}/report`, query, { ...(signal && { signal }) });
  }

  /** @param body.keep such as `30d` */
  pruneLogs(body: { keep?: string } = {}, options: CallOptions = {}): Promise<PrunedLogs> {
    return this.post('/v1/logs/prune', body, options);
  }

  recordForcedRollback(body: ForcedRollback, options: CallOptions = {}): Promise<RecordedRollback> {
    return this.post('/v1/forced-rollbacks', body, options);
  }

  takeObservations(body: ObservationBatch, options: CallOptions = {}): Promise<{ added: boolean }> {
    return this.post('/v1/observations', body, options);
  }

  /** @param body Alertmanager's webhook, version 4 */
  takeAlerts(
    body: unknown,
    options: CallOptions = {},
  ): Promise<{ received: number; outcomes: Readonly<Record<string, number>> }> {
    return this.post('/v1/alerts/alertmanager', body, options);
  }

  /** OpenAPI 3.1. */
  getDocument(options: CallOptions = {}): Promise<Record<string, unknown>> {
    return this.get('/openapi.json', {}, options);
  }

  getHealth(options: CallOptions = {}): Promise<{ status: 'ok' }> {
    return this.get('/healthz', {}, options);
  }

  getReadiness(options: CallOptions = {}): Promise<{ status: 'ready' }> {
    return this.get('/readyz', {}, options);
  }

  /** Prometheus' text format. */
  getMetrics(options: CallOptions = {}): Promise<string> {
    return this.http.text({ method: 'GET', path: '/metrics', ...options });
  }

  protected get<T>(path: string, query: Query, options: CallOptions): Promise<T> {
    return this.http.json({ method: 'GET', path, query, ...options });
  }

  protected post<T>(
    path: string,
    body: unknown,
    { idempotencyKey, ...options }: CallOptions & { readonly idempotencyKey?: string },
  ): Promise<T> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return this.http.json({ method: 'POST', path, body, headers, ...options });
  }

  private list<T>(path: string, { signal, ...query }: Paged): Promise<T> {
    return this.get(path, query as Query, { ...(signal && { signal }) });
  }
}

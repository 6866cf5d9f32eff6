import type { Alert } from '../domain/alert.js';
import { cutText } from '../domain/cut-text.js';
import type { Decision } from '../domain/decision.js';
import { impactLabels } from '../domain/impact-state.js';
import { evidenceOfRollout, type Incident, type Sighting } from '../domain/incident.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Route } from '../domain/route.js';
import type { MonitorSpec } from '../domain/spec/monitors/index.js';
import type { Evidence } from '../domain/verdict.js';
import type { Trouble } from './rules.js';

/** What a rule of a monitor has found. @param at when it was seen, ISO */
export function sightingOf(spec: MonitorSpec, trouble: Trouble, at: string): Sighting {
  const { key, since, rule, cause, version, subject, title, evidence } = trouble;
  const { service, name, kind } = spec;
  const labels = {
    alertname: name,
    service,
    source: 'monitor',
    monitor: name,
    kind,
    severity: rule.severity,
    action: rule.action,
    cause,
    ...(version === null ? {} : { version }),
    ...(subject === null ? {} : { subject: cutText(subject) }),
    ...(rule.metric === undefined ? {} : { metric: rule.metric }),
  };
  return {
    key,
    episode: since,
    service,
    source: 'monitor',
    severity: rule.severity,
    cause,
    version,
    rolloutId: null,
    title: `${name}: ${title}`,
    labels,
    evidence: [evidence],
    at,
  };
}

/** An alert of a monitoring system. `startsAt` tells one time of trouble from the next. */
export function sightingOfAlert(
  service: string,
  { labels, summary }: Alert,
  { fingerprint, startsAt, at }: { readonly fingerprint: string; readonly startsAt: string; readonly at: string },
): Sighting {
  const severity = labels['severity'] === 'critical' ? 'critical' : 'warning';
  const name = labels['alertname'] ?? fingerprint;
  return {
    key: `alert/${service}/${fingerprint}`,
    episode: new Date(startsAt).toISOString(),
    service,
    source: 'alert',
    severity,
    cause: labels['cause'] === 'environment' ? 'environment' : null,
    version: labels['version'] ?? null,
    rolloutId: null,
    title: summary === '' ? name : `${name}: ${summary}`,
    // Whose it is and where it comes from is ours to say.
    labels: { ...labels, service, source: 'alert', severity },
    evidence: [],
    at,
  };
}

/** A rollout that went back: once for each, whatever is heard of it afterwards. */
export function sightingOfRollback(state: RolloutState): Sighting {
  const { rolloutId, service, baseline, candidate, reason, evidence, updatedAt } = state;
  return {
    key: `rollback/${rolloutId}`,
    episode: rolloutId,
    service,
    source: 'rollback',
    severity: 'critical',
    cause: 'version',
    version: candidate,
    rolloutId,
    title: `${service} went back from ${candidate} to ${baseline}: ${cutText(reason)}`,
    labels: { service, source: 'rollback', severity: 'critical', version: candidate, rollout: rolloutId },
    evidence: evidenceOfRollout(evidence),
    at: updatedAt,
  };
}

/** What a person did on the gateways themselves: the same incident as that of the rollout, which goes back then. */
export function sightingOfForcedRollback({ rolloutId, at, actor, reason }: Decision, route: Route): Sighting {
  const { service, baseline } = route;
  const isOfRollout = route.rolloutId !== null;
  return {
    key: isOfRollout ? `rollback/${rolloutId}` : `rollback/${rolloutId}/${at}`,
    episode: rolloutId,
    service,
    source: 'rollback',
    severity: 'critical',
    cause: null,
    version: null,
    rolloutId: isOfRollout ? rolloutId : null,
    title: `${service} was forced to ${baseline.version} by ${actor}: ${cutText(reason)}`,
    labels: { service, source: 'rollback', severity: 'critical', rollout: rolloutId },
    evidence: [],
    at,
  };
}

/** What an impact analysis has found after a cutover. */
export function sightingOfHarm(harm: Harm, at: string): Sighting {
  const { rolloutId, service, candidate, reason, evidence } = harm;
  return {
    key: `impact/${rolloutId}`,
    episode: rolloutId,
    service,
    source: 'impact',
    severity: 'critical',
    cause: 'version',
    version: candidate,
    rolloutId,
    title: `${service} is harmed since ${candidate} serves all: ${cutText(reason)}`,
    labels: { ...impactLabels(rolloutId), alertname: 'impact', service, severity: 'critical', version: candidate },
    evidence: evidenceOfRollout(evidence),
    at,
  };
}

interface Harm {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

/** What a rollout hears of an incident. The action that the rule asks for is a label: the rollout's own rules decide. */
export function alertOfIncident({ id, status, labels, title }: Incident): Alert {
  return { id, status: status === 'resolved' ? 'resolved' : 'firing', labels, summary: title };
}

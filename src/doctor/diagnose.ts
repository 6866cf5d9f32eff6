import type { Route } from '../domain/route.js';
import type { Facts, ServiceFacts } from './facts.js';
import { type Finding, inOrder } from './finding.js';
import { clockFindings, unlistedFindings, unreadFindings, workerFindings } from './installation-rules.js';
import { activityFindings, viewFindings, waitFindings, weightFindings, workflowFindings } from './rollout-rules.js';
import { agreementFindings, leaseFindings, orphanFindings, storeFindings, tripFindings } from './route-rules.js';

/**
 * What is wrong, from what was read. Pure: the same facts give the same findings.
 * @param only findings of this service alone, and those that are of no single one
 */
export function diagnose(facts: Facts, only?: string): Finding[] {
  const found = [
    ...unreadFindings(facts),
    ...unlistedFindings(facts),
    ...clockFindings(facts),
    ...workerFindings(facts),
    ...servicesOf(facts).flatMap((service) => serviceFindings(factsOf(facts, service))),
  ];
  return inOrder(found.filter(({ service }) => only === undefined || service === null || service === only));
}

function serviceFindings(of: ServiceFacts): Finding[] {
  return [
    ...orphanFindings(of),
    ...agreementFindings(of),
    ...storeFindings(of),
    ...tripFindings(of),
    ...leaseFindings(of),
    ...weightFindings(of),
    ...workflowFindings(of),
    ...activityFindings(of),
    ...waitFindings(of),
    ...viewFindings(of),
  ];
}

/** Of gateways, store and Temporal together. */
function servicesOf({ gateways, store, temporal }: Facts): string[] {
  const names = [
    ...gateways.flatMap(({ report }) =>
      report.kind === 'read' ? report.value.routes.map(({ route }) => route.service) : [],
    ),
    ...(store.kind === 'read' ? store.value.routes.map(({ service }) => service) : []),
    ...(temporal.kind === 'read' ? temporal.value.rollouts.map(({ service }) => service) : []),
  ];
  return [...new Set(names)].sort();
}

function factsOf({ at, gateways, store, temporal }: Facts, service: string): ServiceFacts {
  const reports = gateways.flatMap(({ report }) => (report.kind === 'read' ? [report.value] : []));
  const applied = reports.flatMap(({ routes }) => routes.filter(({ route }) => route.service === service));
  const knowing = new Set(applied.map(({ gatewayId }) => gatewayId));
  return {
    service,
    at,
    applied,
    without: reports.map(({ gatewayId }) => gatewayId).filter((id) => !knowing.has(id)),
    newest: applied.reduce<Route | null>((a, { route: b }) => (a === null || b.epoch > a.epoch ? b : a), null),
    wanted: store.kind === 'read' ? (store.value.routes.find((route) => route.service === service) ?? null) : undefined,
    running:
      temporal.kind === 'read' ? (temporal.value.rollouts.find((one) => one.service === service) ?? null) : undefined,
  };
}

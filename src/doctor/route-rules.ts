import { isDeepStrictEqual } from 'node:util';
import type { AppliedRoute, Route } from '../domain/route.js';
import type { ServiceFacts } from './facts.js';
import type { Finding } from './finding.js';

/** A lease is renewed long before this share of it is left. */
const NEARLY_OVER = 0.25;

/** Gateways that expose a candidate for a rollout that does not run: nobody would ever take it back. */
export function orphanFindings({ service, applied, running }: ServiceFacts): Finding[] {
  if (running === undefined) return [];
  const orphans = applied.filter(({ route }) => route.candidate !== null && isOwnedBy(route, running) === false);
  const [first] = orphans;
  if (first === undefined) return [];
  const { candidate, rolloutId } = first.route;
  const isServed = orphans.some((one) => one.effectiveWeightPercent > 0 || one.effectiveShadowPercent > 0);
  const runs =
    running === null ? 'no workflow of it runs' : `the workflow that runs is of rollout ${running.rolloutId}`;
  const held = orphans.map((one) => `${one.gatewayId} (${inEffect(one)})`).join(', ');
  return [
    {
      code: 'orphan',
      severity: isServed ? 'error' : 'warning',
      service,
      problem: `${held} has candidate ${candidate?.version} of rollout ${rolloutId ?? 'none'} on its route, but ${runs}`,
      remedy: `sluice rollback ${service} --force --reason "no workflow of ${rolloutId ?? 'it'} runs"`,
    },
  ];
}

/** Whether the route belongs to the rollout that runs; null where that rollout does not say who it is. */
function isOwnedBy({ rolloutId }: Route, running: ServiceFacts['running']): boolean | null {
  if (!running) return false;
  return running.rolloutId === null ? null : running.rolloutId === rolloutId;
}

/** Gateways that hold different routes, or know nothing of a service that others move. */
export function agreementFindings({ service, applied, without, newest, running }: ServiceFacts): Finding[] {
  if (newest === null) return [];
  const found: Finding[] = [];
  if (applied.some(({ route }) => !isDeepStrictEqual(route, newest)))
    found.push({
      code: 'gateways-disagree',
      severity: 'error',
      service,
      problem: `the gateways hold different routes: ${applied.map(({ gatewayId, route }) => `${gatewayId} ${describeRoute(route)}`).join('; ')}`,
      remedy: running ? `sluice abort ${service}` : backTo(service, newest),
    });
  if (without.length > 0 && newest.epoch > 0)
    found.push({
      code: 'service-unknown',
      severity: 'warning',
      service,
      problem: `${without.join(', ')} knows nothing of the service, which others serve with ${describeRoute(newest)}`,
      remedy: 'add the service to the file of that gateway (--config) and restart it',
    });
  return found;
}

/** The store and the gateways, where they know of different epochs. */
export function storeFindings({ service, newest, wanted, running }: ServiceFacts): Finding[] {
  if (wanted === undefined || newest === null) return [];
  const [keeps, hold] = [wanted === null ? 'no route' : describeRoute(wanted), describeRoute(newest)];
  if ((wanted?.epoch ?? 0) < newest.epoch) {
    const problem = `the store is behind: it keeps ${keeps}, the gateways hold ${hold}`;
    // Nobody is left to record it, and nothing depends on it: a new rollout asks both for their epoch.
    const isOver = running === null;
    const remedy = isOver
      ? 'nothing: the next rollout begins above both epochs'
      : `sluice get ${service} (its workflow records the rest once worker and store are well)`;
    return [{ code: 'store-behind', severity: isOver ? 'info' : 'warning', service, problem, remedy }];
  }
  if (wanted === null || isDeepStrictEqual(wanted, newest)) return [];
  const isAhead = wanted.epoch > newest.epoch;
  return [
    {
      code: isAhead ? 'store-ahead' : 'store-differs',
      severity: 'error',
      service,
      problem: `the store ${isAhead ? 'is ahead of' : 'differs from'} the gateways: it keeps ${keeps}, they hold ${hold}`,
      remedy: running ? `sluice abort ${service}` : backTo(service, wanted),
    },
  ];
}

/** Brakes that took a candidate out; told to all gateways, so one finding a trip. */
export function tripFindings({ service, applied, running }: ServiceFacts): Finding[] {
  const trips = applied.flatMap(({ trip, route, gatewayId }) => (trip ? [{ trip, route, gatewayId }] : []));
  const [first] = trips;
  if (first === undefined) return [];
  const { trip, route } = first;
  return [
    {
      code: 'brake-tripped',
      severity: 'warning',
      service,
      problem: `the brake of ${trip.gatewayId} took candidate ${route.candidate?.version} out at ${trip.at} on ${trips.map((one) => one.gatewayId).join(', ')}: ${trip.reason}`,
      remedy: running
        ? `sluice get ${service} --watch (it rolls back by itself; else: sluice rollback ${service})`
        : `sluice rollback ${service} --force --reason "brake of ${trip.gatewayId}"`,
    },
  ];
}

/** Leases that nobody seems to renew. Of an orphan that is said already. */
export function leaseFindings({ service, applied, running }: ServiceFacts): Finding[] {
  if (running === null) return [];
  return applied.flatMap((one): Finding[] => {
    const { gatewayId, route, leaseRemainingMs } = one;
    if (route.leaseMs === null || leaseRemainingMs === null || leaseRemainingMs >= NEARLY_OVER * route.leaseMs)
      return [];
    const isOver = leaseRemainingMs === 0;
    const has = isOver ? 'no lease left' : `${seconds(leaseRemainingMs)} left`;
    return [
      {
        code: isOver ? 'lease-over' : 'lease-nearly-over',
        severity: 'warning',
        service,
        problem: `${gatewayId} has ${has} of ${seconds(route.leaseMs)} for candidate ${route.candidate?.version} at ${route.weightPercent} %: nobody renews it`,
        remedy: 'sluice worker (the watch renews the lease; the worker must reach this gateway)',
      },
    ];
  });
}

/** Sets all gateways to one stable version, exactly. */
function backTo(service: string, { candidate, baseline }: Route): string {
  const named = candidate === null ? ` --to ${baseline.version} --url ${baseline.url}` : '';
  return `sluice rollback ${service} --force${named}`;
}

/** `epoch 5 (v1, candidate v2 at 30 %)` */
export function describeRoute({ epoch, baseline, candidate, weightPercent, shadowPercent }: Route): string {
  const shadow = shadowPercent > 0 ? `, shadow ${shadowPercent} %` : '';
  const trial = candidate === null ? '' : `, candidate ${candidate.version} at ${weightPercent} %${shadow}`;
  return `epoch ${epoch} (${baseline.version}${trial})`;
}

/** `30 % in effect` */
function inEffect({ effectiveWeightPercent, effectiveShadowPercent }: AppliedRoute): string {
  const shadow = effectiveShadowPercent > 0 ? `, shadow ${effectiveShadowPercent} %` : '';
  return `${effectiveWeightPercent} %${shadow} in effect`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}

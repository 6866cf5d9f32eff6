import type { Facts } from './facts.js';
import type { Finding } from './finding.js';

/** Above what an answer's date can tell, and far below what schedules of segments and late labels mind. */
const LARGEST_CLOCK_DIFFERENCE_MS = 5000;
/** A worker asks anew after a minute at the latest. */
const LONGEST_POLL_MS = 90_000;

/** Parts of which nothing was heard. */
export function unreadFindings({ gateways, store, apiUrl, temporal, temporalAddress }: Facts): Finding[] {
  const found: Finding[] = gateways.flatMap(({ url, report }) => {
    if (report.kind === 'read') return [];
    const problem = `gateway ${url} can't be read: ${report.error}`;
    const remedy = report.error.includes('status 401')
      ? 'export SLUICE_ADMIN_TOKEN=<the token of the gateways>'
      : 'start it, or take it out of SLUICE_GATEWAYS; meanwhile a trial ends there with its lease, and a cutover stays';
    return [{ code: 'gateway-unreachable', severity: 'error', service: null, problem, remedy }];
  });
  if (store.kind === 'unread')
    found.push({
      code: 'store-unreachable',
      severity: 'error',
      service: null,
      problem: `the store can't be asked through the api at ${apiUrl}: ${store.error}`,
      remedy: store.error.includes('status 401')
        ? 'export SLUICE_TOKEN=<your token of the api>'
        : 'sluice api (or set SLUICE_API to where it listens)',
    });
  if (temporal.kind === 'unread')
    found.push({
      code: 'temporal-unreachable',
      severity: 'error',
      service: null,
      problem: `Temporal at ${temporalAddress} can't be asked: ${temporal.error}`,
      remedy:
        'bring it back (or set TEMPORAL_ADDRESS); until then: sluice rollback <service> --force moves traffic without it',
    });
  return found;
}

/** Replicas that users may be sent to, and that are told of no change. */
export function unlistedFindings({ unlisted }: Facts): Finding[] {
  return unlisted.map(({ url, gatewayId, namedBy }) => ({
    code: 'gateway-unlisted',
    severity: 'error',
    service: null,
    problem: `gateway ${gatewayId} at ${url} is a peer of ${namedBy} and not in SLUICE_GATEWAYS: no change reaches it`,
    remedy:
      'put the admin listeners of all gateways into SLUICE_GATEWAYS, of workers and api too, and start these anew',
  }));
}

/** Task queues in which rollouts wait and nobody works. */
export function workerFindings({ at, temporal }: Facts): Finding[] {
  if (temporal.kind === 'unread') return [];
  return temporal.value.taskQueues.flatMap(({ name, lastPollAt }) => {
    const silentMs = lastPollAt === null ? Number.POSITIVE_INFINITY : Date.parse(at) - Date.parse(lastPollAt);
    const services = temporal.value.rollouts.filter(({ taskQueue }) => taskQueue === name).map((one) => one.service);
    if (silentMs <= LONGEST_POLL_MS || services.length === 0) return [];
    const since = lastPollAt === null ? '' : ` since ${lastPollAt}`;
    const problem = `no worker polls task queue ${name}${since}, where ${services.length} rollouts run: ${services.join(', ')}`;
    return [{ code: 'no-worker', severity: 'error', service: null, problem, remedy: 'sluice worker' }];
  });
}

/** The two clocks that are furthest apart, where that is too far. */
export function clockFindings({ gateways, store }: Facts): Finding[] {
  const clocks = [{ name: 'this machine', aheadMs: 0 }];
  for (const { report } of gateways)
    if (report.kind === 'read' && report.value.clockOffsetMs !== null)
      clocks.push({ name: `gateway ${report.value.gatewayId}`, aheadMs: report.value.clockOffsetMs });
  if (store.kind === 'read' && store.value.clockOffsetMs !== null)
    clocks.push({ name: 'the api', aheadMs: store.value.clockOffsetMs });
  clocks.sort((a, b) => a.aheadMs - b.aheadMs);
  const [slow, fast] = [clocks[0], clocks.at(-1)];
  if (slow === undefined || fast === undefined) return [];
  const apartMs = fast.aheadMs - slow.aheadMs;
  if (apartMs <= LARGEST_CLOCK_DIFFERENCE_MS) return [];
  const problem = `the clock of ${fast.name} is ${Math.round(apartMs / 1000)} s ahead of that of ${slow.name}`;
  const remedy =
    'timedatectl set-ntp true, on the one that is wrong (leases do not depend on it; schedules and time windows do)';
  return [{ code: 'clocks-differ', severity: 'warning', service: null, problem, remedy }];
}

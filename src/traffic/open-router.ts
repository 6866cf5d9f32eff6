import { SluiceError } from '../domain/errors.js';
import type { TrafficRouter } from '../ports/traffic-router.js';
import { isByName } from './gateway-addresses.js';

export interface RouterOptions {
  /** All of SLUICE_GATEWAYS: base URLs of admin listeners, or names that stand for them (gateway-addresses.ts). */
  readonly adminUrls: readonly string[];
  /** What they ask for. */
  readonly adminToken?: string | null;
  /** Of one call to one of them. */
  readonly timeoutMs?: number;
  /** Joins a call to what it is made for: `traceparent` of the active span. */
  readonly traceHeaders?: () => Readonly<Record<string, string>>;
}

type OpenRouter = (options: RouterOptions) => Promise<TrafficRouter>;

const gateways: OpenRouter = async (options) => (await import('./gateway-router.js')).createGatewayRouter(options);

/** What moves traffic, by the scheme of its addresses. Loaded when it is used: commands that move none must not wait for it. */
const DRIVERS: Readonly<Record<string, OpenRouter>> = {
  'http:': gateways,
  'https:': gateways,
  'dns+http:': gateways,
  'dns+https:': gateways,
};

/** @throws {SluiceError} USAGE where the addresses are not all of one driver */
export async function openRouter(options: RouterOptions): Promise<TrafficRouter> {
  const [open = null, ...others] = new Set(options.adminUrls.map(driverOf));
  if (open === null || others.length > 0)
    throw new SluiceError('USAGE', `SLUICE_GATEWAYS: ${options.adminUrls.join(', ')} are not of one traffic driver`);
  return open(options);
}

/** Whether there is a driver for an address. */
export function isRouterAddress(url: string): boolean {
  return driverOf(url) !== null;
}

function driverOf(url: string): OpenRouter | null {
  if (!URL.canParse(url) || (url.startsWith('dns+') && !isByName(url))) return null;
  return DRIVERS[new URL(url).protocol] ?? null;
}

import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import { Agent, buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.js';

type Connected = (error: Error | null, stream: Duplex) => void;

/** For axios: spread into a request's configuration. Redirects are refused. */
export interface GuardedTransport {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  readonly proxy: false;
  readonly maxRedirects: 0;
}

class GuardedHttpAgent extends http.Agent {
  private readonly policy: AddressPolicy;

  constructor(policy: AddressPolicy, options: http.AgentOptions) {
    super(options);
    this.policy = policy;
  }

  override createConnection(options: http.ClientRequestArgs, callback?: Connected) {
    if (isRefused(this.policy, options.host, callback)) return undefined;
    return super.createConnection({ ...options, lookup: this.policy.lookup }, callback);
  }
}

class GuardedHttpsAgent extends https.Agent {
  private readonly policy: AddressPolicy;

  constructor(policy: AddressPolicy, options: https.AgentOptions) {
    super(options);
    this.policy = policy;
  }

  override createConnection(options: https.RequestOptions, callback?: Connected) {
    if (isRefused(this.policy, options.host, callback)) return undefined;
    return super.createConnection({ ...options, lookup: this.policy.lookup }, callback);
  }
}

/** Agents that connect to nothing the policy refuses. Kept as long as their user lives: they hold idle connections. */
export function guardedTransport(policy: AddressPolicy, options: http.AgentOptions = {}): GuardedTransport {
  return {
    httpAgent: new GuardedHttpAgent(policy, options),
    httpsAgent: new GuardedHttpsAgent(policy, options),
    proxy: false,
    maxRedirects: 0,
  };
}

export interface DispatcherTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Between two parts of a body. */
  readonly bodyMs: number;
}

/** For undici: a dispatcher that connects to nothing the policy refuses. It follows no redirects and knows no proxies. */
export function guardedDispatcher(policy: AddressPolicy, { connectMs, headersMs, bodyMs }: DispatcherTimeouts): Agent {
  const connect = buildConnector({ timeout: connectMs, lookup: policy.lookup });
  return new Agent({
    headersTimeout: headersMs,
    bodyTimeout: bodyMs,
    connect: (options, callback) => {
      const error = refusal(policy, options.hostname);
      if (error !== null) callback(error, null);
      else connect(options, callback);
    },
  });
}

function refusal(policy: AddressPolicy, host: string | null | undefined): Error | null {
  try {
    policy.assertLiteral(host ?? 'localhost');
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** @returns whether the callback has been told that the policy refuses this host */
function isRefused(policy: AddressPolicy, host: string | null | undefined, callback: Connected | undefined): boolean {
  const error = refusal(policy, host);
  if (error === null) return false;
  if (callback === undefined) throw error;
  // An agent that gets an error looks at no stream.
  callback(error, undefined as unknown as Duplex);
  return true;
}

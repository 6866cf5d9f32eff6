import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { VERSIONS } from './specs.js';

type ArmName = 'baseline' | 'candidate';

/** Told which arm a user was answered by; null: by none. */
export type Met = (arm: ArmName | null) => void;

/** The users of one service. */
export interface Audience {
  readonly service: string;
  /** True chance to convert by the arm that a user met. */
  readonly rates: Readonly<Record<ArmName, number>>;
  readonly random: () => number;
  /** Lets one more user come; null where none is to. */
  invite(): Met | null;
}

interface Conversion {
  readonly predictionId: string;
  readonly kind: 'conversion';
  readonly value: 0 | 1;
}

export interface UserFigures {
  requests: number;
  /** Not answered with 200 by one of the two versions. */
  failed: number;
  conversions: number;
  /** Not accepted by the gateway. */
  refused: number;
  /** Of the first things that went wrong. */
  readonly faults: string[];
}

const FLUSH_MS = 200;
/** As many as the gateway takes at once. */
const MOST_AT_ONCE = 1000;
const IDLE_MS = 20;
const TIMEOUT_MS = 30_000;
const MOST_FAULTS = 5;

/**
 * Users of all services: each has a key of its own, asks once, and converts or not by the arm that the gateway's answer names. So many ask at a time, in turn over
 * the services that want some.
 */
export class Users {
  readonly figures: UserFigures = { requests: 0, failed: 0, conversions: 0, refused: 0, faults: [] };
  private readonly pool: Pool;
  private readonly audiences: Audience[] = [];
  private readonly lanes: Promise<void>[];
  private readonly flushing: Promise<void>;
  private turn = 0;
  private isStopped = false;
  private told: Conversion[] = [];

  /** @param atOnce users who wait for an answer at a time, at most */
  constructor(gatewayUrl: string, atOnce: number) {
    const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
    this.pool = new Pool(gatewayUrl, { connections: atOnce + 1, ...timeouts });
    this.lanes = Array.from({ length: atOnce }, () => this.ask());
    this.flushing = this.tell();
  }

  add(audience: Audience): void {
    this.audiences.push(audience);
  }

  remove(audience: Audience): void {
    this.audiences.splice(this.audiences.indexOf(audience), 1);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.lanes, this.flushing]);
    await this.pool.close();
  }

  private async ask(): Promise<void> {
    while (!this.isStopped) {
      const next = this.next();
      if (next === null) await sleep(IDLE_MS);
      else await this.askOnce(...next);
    }
  }

  private next(): [Audience, Met] | null {
    for (let tries = 0; tries < this.audiences.length; tries += 1) {
      this.turn = (this.turn + 1) % this.audiences.length;
      const audience = this.audiences[this.turn];
      const met = audience?.invite() ?? null;
      if (audience !== undefined && met !== null) return [audience, met];
    }
    return null;
  }

  private async askOnce({ service, rates, random }: Audience, met: Met): Promise<void> {
    const said = await this.request(service);
    met(said?.arm ?? null);
    if (said === null) return;
    const { arm, predictionId } = said;
    this.told.push({ predictionId, kind: 'conversion', value: random() < rates[arm] ? 1 : 0 });
  }

  private async request(service: string): Promise<{ arm: ArmName; predictionId: string } | null> {
    this.figures.requests += 1;
    try {
      const { statusCode, headers, body } = await this.pool.request({
        method: 'POST',
        path: `/v2/models/${service}/infer`,
        headers: { 'content-type': 'application/json', 'x-user-key': `user-${this.figures.requests}` },
        body: '{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}',
      });
      await body.dump();
      const version = headers['x-sluice-version'];
      const [arm, predictionId] = [armOf(version), headers['x-sluice-prediction-id']];
      if (statusCode === 200 && arm !== null && typeof predictionId === 'string') return { arm, predictionId };
      this.fault(`${service}: status ${statusCode} of ${String(version)}`);
    } catch (error) {
      this.fault(`${service}: ${String(error)}`);
    }
    return null;
  }

  private fault(text: string): void {
    this.figures.failed += 1;
    if (this.figures.faults.length < MOST_FAULTS) this.figures.faults.push(text);
  }

  /** What users did goes to the gateway in batches; those that it could not take for the moment go once more. */
  private async tell(): Promise<void> {
    while (!this.isStopped || this.told.length > 0) {
      await sleep(FLUSH_MS);
      while (this.told.length > 0) await this.tellSome(this.told.splice(0, MOST_AT_ONCE));
    }
  }

  private async tellSome(conversions: Conversion[]): Promise<void> {
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/_sluice/feedback',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(conversions),
    });
    const answer = (await body.json()) as { accepted?: number };
    if (statusCode === 503) {
      this.told.push(...conversions);
      await sleep(FLUSH_MS);
      return;
    }
    const accepted = answer.accepted ?? 0;
    this.figures.conversions += accepted;
    this.figures.refused += conversions.length - accepted;
  }
}

function armOf(version: string | string[] | undefined): ArmName | null {
  if (version === VERSIONS.baseline) return 'baseline';
  return version === VERSIONS.candidate ? 'candidate' : null;
}

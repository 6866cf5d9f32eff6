import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/** One answer that a user got. Times are those of the wall clock, as Temporal's events have them. */
export interface Answer {
  readonly service: string;
  readonly unit: string;
  readonly gateway: number;
  /** Null where there was none, or not 200. */
  readonly version: string | null;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Users of all services, each at a rate of its own. */
export interface Load {
  readonly answers: readonly Answer[];
  /** @param perSecond 0 ends it */
  rate(service: string, perSecond: number): void;
  stop(): Promise<void>;
}

const TICK_MS = 20;
const USERS = 400;
const MOST_AT_ONCE = 128;
const BODY = '{"id":"p","inputs":[{"name":"predict","shape":[1,1],"datatype":"FP32","data":[1]}]}';

interface Flow {
  perSecond: number;
  owed: number;
  sent: number;
}

/** Sends to the gateways in turn; where nobody listens on one, the next is asked, as a balancer does. */
export function startLoad(urls: readonly string[]): Load {
  const pools = urls.map((url) => new Pool(url, { connections: 32, headersTimeout: 15_000, bodyTimeout: 15_000 }));
  const flows = new Map<string, Flow>();
  const answers: Answer[] = [];
  const onTheWay = new Set<Promise<void>>();
  let last = performance.now();

  async function ask(service: string, unit: string, gateway: number, tries = 0): Promise<void> {
    const sentAt = Date.now();
    const done = (version: string | null) =>
      void answers.push({ service, unit, gateway, version, sentAt, answeredAt: Date.now() });
    try {
      const { statusCode, headers, body } = await (pools[gateway] as Pool).request({
        path: `/v2/models/${service}/infer`,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-key': unit },
        body: BODY,
      });
      await body.dump();
      done(statusCode === 200 ? String(headers['x-sluice-version']) : null);
    } catch (error) {
      const isClosed = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
      if (isClosed && tries < pools.length) return ask(service, unit, (gateway + 1) % pools.length, tries + 1);
      done(null);
    }
  }

  function send(service: string, flow: Flow): void {
    flow.sent += 1;
    const asked = ask(service, `user-${flow.sent % USERS}`, flow.sent % pools.length);
    onTheWay.add(asked);
    void asked.finally(() => onTheWay.delete(asked));
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const [service, flow] of flows) {
      flow.owed += ((now - last) / 1000) * flow.perSecond;
      // What the bound holds back is not made up for: a stall of this machine must not end in a flood.
      for (; flow.owed >= 1 && onTheWay.size < MOST_AT_ONCE; flow.owed -= 1) send(service, flow);
      flow.owed %= 1;
    }
    last = now;
  }, TICK_MS);

  return {
    answers,
    rate(service, perSecond) {
      const flow = flows.get(service);
      if (flow) flow.perSecond = perSecond;
      else flows.set(service, { perSecond, owed: 0, sent: 0 });
    },
    async stop() {
      clearInterval(timer);
      await Promise.race([Promise.all(onTheWay), sleep(15_000, undefined, { ref: false })]);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

import { Pool } from 'undici';
import { unitBucket } from '../src/routing/bucket.js';

/** What the users of a drill have seen. */
export interface Seen {
  readonly sent: number;
  readonly failed: number;
  /** Of those, on their way to a replica when it was killed. */
  readonly failedOnKilled: number;
  /** Users who met the baseline after the candidate. */
  readonly movedBack: number;
  readonly onCandidate: number;
}

export interface WeightLoad {
  stop(): Promise<Seen>;
  /** From now on, a failure of this replica is put down to its death. */
  killed(replica: number): void;
}

const USERS = 1000;
const BODY = '{"id":"p-1","inputs":[{"name":"predict","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}';

/**
 * Users at a steady rate, whether they are answered or not. Each keeps to one replica, as behind a balancer with kept-alive connections; where nobody listens
 * there, the next one is asked: that is no failure, since nothing was sent.
 */
export function startWeightLoad(replicas: readonly string[], perSecond: number): WeightLoad {
  const pools = replicas.map((url) => new Pool(url, { connections: 32, pipelining: 1 }));
  const dead = new Set<number>();
  const lastSeen = new Map<number, string>();
  const counts = { sent: 0, failed: 0, failedOnKilled: 0, movedBack: 0, onCandidate: 0 };
  const onTheWay = new Set<Promise<void>>();
  const startedAt = performance.now();

  const ask = async (user: number, replica: number, tries = 0): Promise<void> => {
    const pool = pools[replica] as Pool;
    try {
      const { statusCode, headers, body } = await pool.request({
        path: '/v2/models/digits/infer',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-key': `user-${user}` },
        body: BODY,
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      const version = String(headers['x-sluice-version']);
      if (version === 'v2') counts.onCandidate += 1;
      if (version === 'v1' && lastSeen.get(user) === 'v2') counts.movedBack += 1;
      lastSeen.set(user, version);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ECONNREFUSED' && tries < replicas.length)
        return ask(user, (replica + 1) % replicas.length, tries + 1);
      counts.failed += 1;
      if (dead.has(replica)) counts.failedOnKilled += 1;
    }
  };

  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    while (counts.sent < due) {
      // One request of a user at a time: with two on their way, which was the later is not known.
      const user = counts.sent % USERS;
      counts.sent += 1;
      const asked = ask(user, unitBucket('balancer', String(user)) % replicas.length);
      onTheWay.add(asked);
      void asked.finally(() => onTheWay.delete(asked));
    }
  }, 2);

  return {
    killed: (replica) => void dead.add(replica),
    async stop() {
      clearInterval(timer);
      await Promise.all(onTheWay);
      await Promise.all(pools.map((pool) => pool.close()));
      return counts;
    },
  };
}

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mergeSketches, sketchQuantile } from '../../src/stats/sketch/latency-sketch.js';
import { inferBytes, RawUser } from './raw-user.js';
import { type Behaviour, GatewayStage, hangs, predicts, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

const MEBIBYTE = 2 ** 20;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers with `total` mebibytes as fast as they are taken, and says how many have been. */
function streams(total: number): { behaviour: Behaviour; sent: () => number } {
  let sent = 0;
  const chunk = Buffer.alloc(MEBIBYTE, 'x');
  const behaviour: Behaviour = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      for (; sent < total; ) {
        sent += 1;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  };
  return { behaviour, sent: () => sent };
}

/** An event at once and then one every `everyMs`; after the first `events` of them, silence. Says when the gateway has let go of it. */
function streamsEvents(
  everyMs: number,
  events = Number.POSITIVE_INFINITY,
): { behaviour: Behaviour; open: () => number } {
  let open = 0;
  const behaviour: Behaviour = (_, response) => {
    open += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const send = () => void (sent < events && response.write(`data: ${(sent += 1)}\n\n`));
    const timer = setInterval(send, everyMs);
    send();
    response.on('close', () => {
      clearInterval(timer);
      open -= 1;
    });
  };
  return { behaviour, open: () => open };
}

/** Of all answers that were counted, failed or not. */
const latencyMs = (quantile: number): number => {
  const buckets = stage.batches().flatMap((batch) => batch.buckets);
  return sketchQuantile(mergeSketches(...buckets.map(({ latency }) => latency)), quantile);
};
const counted = (arm: string) => until(() => stage.counts()[arm] !== undefined);

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

describe('a user who reads nothing', () => {
  test('slows the model server down, rather than fill the memory', async () => {
    const { behaviour, sent } = streams(200);
    stage.v1.behaviour = behaviour;
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'), { reads: false });
    await until(() => sent() > 0);
    await pause(500);
    // What the kernel's buffers on both connections hold, and no more.
    expect(sent()).toBeLessThan(60);
    user.leave();
  });

  test('is dropped after a while: a connection to the model server waits behind', async () => {
    await stage.close();
    stage = await GatewayStage.open({ stalledUserMs: 1500 });
    let open = true;
    const { behaviour } = streams(200);
    stage.v1.behaviour = (request, response, body) => {
      response.on('close', () => {
        open = false;
      });
      behaviour(request, response, body);
    };
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'), { reads: false });
    await until(() => !open);
    user.leave();
    await counted('baseline');
    expect(stage.counts()).toEqual({ baseline: { requests: 1, errors: 0 } });
    // That the user took nothing is not the version's latency.
    expect(latencyMs(1)).toBeLessThan(1400);
  });
});

test('a large answer arrives whole at a user who does read', async () => {
  stage.v1.behaviour = streams(20).behaviour;
  expect((await stage.infer('user-1')).text).toHaveLength(20 * MEBIBYTE);
});

describe('a user who leaves', () => {
  test('in the middle of an answer ends it at the model server, and is not held against the version', async () => {
    let open = true;
    stage.v1.behaviour = (_, response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => {
        clearInterval(timer);
        open = false;
      });
    };
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'));
    await until(() => user.received.includes('200 OK'));
    user.leave();
    await until(() => !open);
    await counted('baseline');
    expect(stage.counts()).toEqual({ baseline: { requests: 1, errors: 0 } });
  });

  test('of a stream that flows is an answer like any other: its unit is exposed, its latency that of the first event', async () => {
    const { behaviour, open } = streamsEvents(20);
    stage.v2.behaviour = behaviour;
    await stage.apply({ weightPercent: 100, recordsExposures: true });
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'));
    await until(() => user.received.includes('data: 1\n'));
    await pause(1500);
    user.leave();
    await until(() => open() === 0);
    await counted('candidate');
    expect(stage.counts()).toEqual({ candidate: { requests: 1, errors: 0 } });
    expect(latencyMs(1)).toBeLessThan(1000);
    await until(() => stage.batches().some(({ exposures }) => exposures.length === 1));
  });

  test('of a stream that stalls after its first event shows that it stalls: the brake takes the candidate out', async () => {
    const { behaviour, open } = streamsEvents(20, 1);
    stage.v2.behaviour = behaviour;
    await stage.apply({
      weightPercent: 100,
      traffic: policyOf({ brake: { minRequests: 10, latency: { quantile: 0.5, max: '800ms' } } }),
    });
    const users = Array.from({ length: 10 }, (_, i) => new RawUser(stage.gateway.dataUrl, inferBytes(`user-${i}`)));
    await until(() => users.every(({ received }) => received.includes('data: 1\n')));
    await pause(1000);
    for (const user of users) user.leave();
    await until(async () => (await stage.effectiveWeight()) === 0);
    await until(() => open() === 0 && stage.counts()['candidate']?.requests === 10);
    expect(stage.counts()).toEqual({ candidate: { requests: 10, errors: 0 } });
    expect(latencyMs(0.5)).toBeGreaterThan(900);
  });

  test('between the head of a stream and its first event does not leave it running, and is counted', async () => {
    let [open, asked] = [true, false];
    stage.v2.behaviour = (_, response) => {
      asked = true;
      response.on('close', () => {
        open = false;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      setTimeout(() => {
        const timer = setInterval(() => response.write('data: 1\n\n'), 10);
        response.on('close', () => clearInterval(timer));
      }, 600);
    };
    await stage.apply({ weightPercent: 100 });
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'));
    await until(() => asked);
    await pause(200);
    user.leave();
    await until(() => !open);
    await counted('candidate');
    expect(stage.counts()).toEqual({ candidate: { requests: 1, errors: 0 } });
    expect(latencyMs(1)).toBeGreaterThan(500);
  });

  test('before an endless answer began does not leave it running', async () => {
    let [open, asked] = [true, false];
    stage.v1.behaviour = (_, response) => {
      asked = true;
      response.on('close', () => {
        open = false;
      });
      setTimeout(() => {
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      }, 150);
    };
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'));
    await until(() => asked);
    user.leave();
    await until(() => !open);
  });

  test('because the candidate hangs does not hide that it hangs', async () => {
    await stage.waitBriefly();
    stage.v2.behaviour = hangs;
    await stage.apply({ weightPercent: 100 });
    const user = new RawUser(stage.gateway.dataUrl, inferBytes('user-1'));
    await until(() => stage.v2.requests.length === 1);
    user.leave();
    await until(() => stage.counts()['candidate'] !== undefined);
    expect(stage.counts()).toEqual({ candidate: { requests: 1, errors: 1 } });
  });

  test('does no harm to the others', async () => {
    stage.v1.behaviour = predicts('one', 30);
    const leavers = Array.from({ length: 20 }, (_, i) => new RawUser(stage.gateway.dataUrl, inferBytes(`leaver-${i}`)));
    await pause(10);
    for (const leaver of leavers) leaver.leave();
    expect((await stage.infer('user-1')).status).toBe(200);
  });
});

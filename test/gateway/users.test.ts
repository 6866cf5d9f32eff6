import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inferBytes, RawUser } from './raw-user.js';
import { type Behaviour, GatewayStage, hangs, predicts, until } from './stage.js';

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
    stage = await GatewayStage.open({ stalledUserMs: 300 });
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
    await stage.gateway.close();
    expect(stage.counts()).toEqual({});
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

import { describeError, SluiceError } from '../../../src/domain/errors.js';
import { createGatewayClient } from '../../../src/traffic/gateway-client.js';
import { assertSeen, type Exercise, find } from '../finding.js';
import { endsWell } from '../ledger.js';
import { LONG } from '../specs.js';

const SERVICE = 'old-route';

/** A command that was under way for long arrives after the rollback. */
export const oldRoute: Exercise = {
  name: 'old-route',
  services: [SERVICE],
  run: async (site) => [
    await find('a set-weight that arrives after the rollback', 'refused by its epoch on every gateway', async () => {
      const { gateways } = site.installation;
      const started = await site.start(SERVICE, 14, { phases: { canary: { steps: LONG } } });
      await site.untilAt(SERVICE, 50);
      const { route } = await site.route(gateways[0].adminUrl, SERVICE);
      const from = performance.now();
      await site.send(SERVICE, 'abort');
      await site.back('abort', SERVICE, { from, boundMs: 2000 });
      await endsWell(site, started, 'aborted');
      const client = createGatewayClient({ adminToken: null, timeoutMs: 1000 });
      for (const { adminUrl, id } of gateways) {
        const refusal = await client.put(adminUrl, route).then(() => 'taken', codeOf);
        assertSeen(refusal === 'EPOCH_STALE', `${id}: ${refusal}`);
      }
      const weights = await Promise.all(gateways.map((gateway) => site.exposure(gateway, SERVICE)));
      assertSeen(
        weights.every((weight) => weight === 0),
        `weights ${weights.join(', ')}`,
      );
      site.load.rate(SERVICE, 0);
      return `EPOCH_STALE on ${gateways.length} gateways, weight stays 0`;
    }),
  ],
};

const codeOf = (error: unknown) => (error instanceof SluiceError ? error.code : describeError(error));

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createModelActivities } from '../../activities/models.js';
import { sendCommand } from '../../src/client/send-command.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { ModelVersion } from '../../src/domain/model-version.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { ModelRegistry } from '../../src/ports/model-registry.js';
import type { Store } from '../../src/ports/store.js';
import { versionOf } from '../registry/model-fixtures.js';
import { testStore } from '../setup/store.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
let store: Store;
beforeAll(async () => {
  [stage, store] = await Promise.all([Stage.open(), testStore()]);
}, 120_000);
afterAll(async () => {
  await stage?.close();
  await store?.close();
});

const fresh = freshNames('models');
const HOUR = { cutover: { keepBaselineWarm: '1h' } } as const;
const BAKE = { canary: { steps: [{ setWeight: 10, bake: '1h' }] } } satisfies Partial<RolloutSpecInput['phases']>;

interface Case {
  readonly world: World;
  readonly service: string;
  readonly versions: Readonly<Record<'v0' | 'v1' | 'v2', ModelVersion>>;
}

/** A model of three versions whose champion is what serves, and a world whose activities move its aliases for real. */
async function setUp(models: ModelRegistry = store.models): Promise<Case> {
  const [world, service] = [new World(), fresh()];
  const register = async (label: string) => (await store.models.register(versionOf(service, label))).version;
  const versions = { v0: await register('v0'), v1: await register('v1'), v2: await register('v2') };
  await byHand(service, 'champion', versions.v1.id);
  world.models = createModelActivities({ models, store });
  return { world, service, versions };
}

const byHand = (model: string, alias: string, to: string | null) =>
  store.models.moveAlias({ changeId: `${model}-${Math.random()}`, model, alias, to, by: 'ann', why: 'by hand' });

const pointsAt = async (model: string) =>
  Object.fromEntries((await store.models.aliases(model)).map(({ alias, version }) => [alias, version]));

function withRegistry(
  service: string,
  registry: NonNullable<RolloutSpecInput['registry']> = {},
  phases: Partial<RolloutSpecInput['phases']> = {},
) {
  const { registry: parsed } = rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'x',
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    protocol: { model: 'digits' },
    guardrails: [{ metric: 'error_rate' }],
    phases: { canary: { steps: [{ setWeight: 10 }] } },
    registry,
  });
  return { ...spec(phases, service), ...(parsed ? { registry: parsed } : {}) };
}

const lines = ({ decisions }: World) =>
  decisions.filter(({ action }) => action === 'registry').map(({ reason }) => reason);
const isWarm = ({ waiting }: RolloutState) => waiting?.kind === 'warm-baseline';
const say = (service: string, command: Parameters<typeof sendCommand>[2], more = {}) =>
  sendCommand(stage.temporal.client, service, command, { actor: 'bob', reason: 'because', ...more });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('aliases follow the rollout', () => {
  test('challenger while it is tried, champion once it serves all; digests are in view', async () => {
    const { world, service, versions } = await setUp();
    const { v1, v2 } = versions;
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, BAKE), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await until(async () => (await pointsAt(service))['challenger'] === 'v2');
      expect(await pointsAt(service)).toEqual({ champion: 'v1', challenger: 'v2' });
      await say(service, 'promote');
      const { status, models } = await rollout.result();
      expect(status).toBe('promoted');
      expect(models).toEqual({
        model: service,
        baseline: { id: v1.id, digest: v1.artifact.digest },
        candidate: { id: v2.id, digest: v2.artifact.digest },
      });
    });
    expect(await pointsAt(service)).toEqual({ champion: 'v2' });
    expect(lines(world)).toEqual([
      `point ${service}@challenger at ${v2.id}`,
      `point ${service}@champion at ${v2.id}`,
      `take ${service}@challenger away`,
    ]);
    const [last] = await store.models.aliasHistory({ model: service, alias: 'champion', limit: 1 });
    expect(last).toMatchObject({ from: v1.id, to: v2.id, by: 'sluice', why: expect.stringContaining('cutover') });
  });

  test('back to the version that it began with, not to what the alias pointed at before', async () => {
    const { world, service, versions } = await setUp();
    await byHand(service, 'champion', versions.v0.id);
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, HOUR), service);
      await rollout.until(isWarm);
      await until(async () => (await pointsAt(service))['champion'] === 'v2');
      await say(service, 'rollback');
      expect((await rollout.result()).status).toBe('rolled-back');
    });
    expect(await pointsAt(service)).toEqual({ champion: 'v1' });
    expect(lines(world)[0]).toBe(
      `${service}@champion points at ${versions.v0.id}, and the baseline is ${versions.v1.id}`,
    );
  });

  test('an abort before the cutover takes the challenger away, and leaves the champion alone', async () => {
    const { world, service, versions } = await setUp();
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, BAKE), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await say(service, 'abort');
      expect((await rollout.result()).status).toBe('aborted');
    });
    expect(await pointsAt(service)).toEqual({ champion: 'v1' });
    const history = await store.models.aliasHistory({ model: service, alias: 'challenger', limit: 9 });
    expect(history.map(({ to }) => to)).toEqual([null, versions.v2.id]);
  });

  test('what a person has moved in between stays, and is noted', async () => {
    const { world, service, versions } = await setUp();
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, HOUR), service);
      await rollout.until(isWarm);
      await until(async () => (await pointsAt(service))['champion'] === 'v2');
      await byHand(service, 'champion', versions.v0.id);
      await say(service, 'rollback');
      expect((await rollout.result()).status).toBe('rolled-back');
    });
    expect(await pointsAt(service)).toEqual({ champion: 'v0' });
    expect(lines(world).at(-1)).toBe(
      `did not point ${service}@champion at ${versions.v1.id}: ${service}@champion points at ${versions.v0.id}, not at ${versions.v2.id}`,
    );
  });

  test('versions that nobody registered are noted, and no alias is moved', async () => {
    const [world, service] = [new World(), fresh()];
    world.models = createModelActivities({ models: store.models, store });
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service), service);
      expect(await rollout.result()).toMatchObject({
        status: 'promoted',
        models: { model: service, baseline: null, candidate: null },
      });
    });
    expect(lines(world)).toEqual([
      `${service}:v1 (baseline) is not registered; ${service}:v2 (candidate) is not registered`,
    ]);
    expect(await pointsAt(service)).toEqual({});
  });
});

describe('a registry that is away', () => {
  const away = () => {
    const gate = { isDown: false };
    const models: ModelRegistry = {
      ...store.models,
      version: (...asked) => store.models.version(...asked),
      aliases: (model) => store.models.aliases(model),
      moveAlias: async (move) => {
        if (gate.isDown) throw new SluiceError('STORE_UNAVAILABLE', 'the registry is down');
        return store.models.moveAlias(move);
      },
    };
    return { gate, models };
  };

  test('delays neither cutover nor rollback; the aliases follow later', async () => {
    const { gate, models } = away();
    const { world, service, versions } = await setUp(models);
    gate.isDown = true;
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, HOUR), service);
      await rollout.until(isWarm);
      const asked = performance.now();
      await say(service, 'rollback');
      await rollout.until(({ weightPercent }) => weightPercent === 0);
      expect(performance.now() - asked).toBeLessThan(5000);
      const { status, pending } = await rollout.result();
      expect(status).toBe('rolled-back');
      expect(pending).toEqual([
        `point ${service}@challenger at ${versions.v2.id}`,
        `point ${service}@champion at ${versions.v2.id}`,
        `take ${service}@challenger away`,
        `point ${service}@champion at ${versions.v1.id}`,
      ]);
      expect(world.traffic().slice(-2)).toEqual(['all v2', 'all v1']);
      gate.isDown = false;
      await until(() => world.states.at(-1)?.pending?.length === 0);
    });
    expect(await pointsAt(service)).toEqual({ champion: 'v1' });
    const history = await store.models.aliasHistory({ model: service, alias: 'champion', limit: 2 });
    expect(history.map(({ to }) => to)).toEqual([versions.v1.id, versions.v2.id]);
    expect(lines(world)).toHaveLength(4);
  });

  test('a start without it is refused before anyone is exposed', async () => {
    const { world, service } = await setUp({
      ...store.models,
      version: () => Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'the registry is down')),
    });
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service), service);
      expect(await rollout.result()).toMatchObject({ status: 'failed', reason: 'validation: the registry is down' });
    });
    expect(world.routes).toEqual([]);
  });
});

describe('what is served', () => {
  let server: Server;
  let told: string | null;
  let url: string;
  beforeAll(async () => {
    server = createServer((_request, response) =>
      response.end(JSON.stringify({ name: 'digits', parameters: told === null ? {} : { sluice_digest: told } })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const tried = async (verify: boolean | 'strict', candidateSays: string | null) => {
    const set = await setUp();
    told = candidateSays;
    const given = withRegistry(set.service, { verify });
    // The baseline is verified by itself: one server tells one digest.
    const models = createModelActivities({ models: store.models, store });
    set.world.models = {
      ...models,
      resolveModels: (asked) => models.resolveModels({ ...asked, baseline: { ...asked.candidate } }),
    };
    const ended = await stage.run(set.world, set.service, async () => {
      const rollout = await stage.start({ ...given, candidate: { ...given.candidate, url } }, set.service);
      return rollout.result();
    });
    return { ...set, ended };
  };

  test('another digest than the registered one is refused, with both in the reason', async () => {
    const other = `sha256:${'e'.repeat(64)}`;
    const { ended, world, versions, service } = await tried(true, other);
    expect(ended.status).toBe('failed');
    expect(ended.reason).toContain(`serves ${other}`);
    expect(ended.reason).toContain(versions.v2.artifact.digest);
    expect(world.routes).toEqual([]);
    expect(await pointsAt(service)).toEqual({ champion: 'v1' });
  });

  test('a server that does not tell is noted, and refused where the spec is strict', async () => {
    const lenient = await tried(true, null);
    expect(lenient.ended.status).toBe('promoted');
    expect(lines(lenient.world)[0]).toMatch(/candidate v2 is not verified: .* does not tell its digest/);
    const strict = await tried('strict', null);
    expect(strict.ended).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/does not tell its digest \(registry\.verify: strict\)/),
    });
    expect(strict.world.routes).toEqual([]);
  });

  test('a version that must be registered and is not', async () => {
    const [world, service] = [new World(), fresh()];
    world.models = createModelActivities({ models: store.models, store });
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, { required: true }), service);
      expect((await rollout.result()).reason).toMatch(/has no version v1, and the spec asks for one/);
    });
    expect(world.routes).toEqual([]);
  });
});

describe('an approval', () => {
  test('is for the artifacts that its giver saw', async () => {
    const { world, service, versions } = await setUp();
    const gate = { cutover: { approval: { timeout: '1h' }, keepBaselineWarm: '20ms' } } as const;
    const artifacts = (baseline: 'v0' | 'v1', candidate: 'v0' | 'v2') => ({
      artifacts: { baseline: versions[baseline].artifact.digest, candidate: versions[candidate].artifact.digest },
    });
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withRegistry(service, {}, gate), service);
      // Void once a verdict changes: the first one at this gate has to be there.
      const { approval } = await rollout.until(({ status, verdict }) => status === 'waiting' && verdict === 'pass');
      expect(approval?.given).toEqual([]);
      await expect(say(service, 'approve', artifacts('v1', 'v0'))).rejects.toThrow(
        `for a candidate of digest ${versions.v0.artifact.digest}, and this candidate is ${versions.v2.artifact.digest}`,
      );
      await expect(say(service, 'approve', artifacts('v0', 'v2'))).rejects.toThrow(/for a baseline of digest/);
      await expect(say(service, 'approve', { artifacts: { candidate: 'v2' } })).rejects.toThrow(/are not digests/);
      const state = await say(service, 'approve', artifacts('v1', 'v2'));
      expect(state.approval?.given[0]).toMatchObject({
        actor: 'bob',
        basis: expect.stringContaining(versions.v2.artifact.digest),
      });
      expect((await rollout.result()).status).toBe('promoted');
    });
  });
});

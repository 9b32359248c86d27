/** Kills processes at seeded moments while they work on flows of twenty effects, and checks what was seen from outside. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { seededRandom } from '../../../src/shared/seeded-random.ts';
import { checkSights, KILLED, type Repeats, WOKEN } from './check-sights.ts';
import { type Desk, openDesk } from './decide-all.ts';
import { type Kind, kindOf, nameOf, STEPS } from './flow.ts';
import { FlowFleet, type FlowWorker } from './flow-fleet.ts';
import { TOKENS } from './flow-terms.ts';
import { type BackendTerms, openBackend } from './open-backend.ts';
import { type Outside, type Sight, startOutside } from './outside.ts';

/** What is done to the processes at one moment. Gives back those that are alive. */
export type Blow = (workers: readonly FlowWorker[], random: () => number) => Promise<readonly FlowWorker[]>;

export interface FlowPlan {
  readonly seed: number;
  readonly blows: number;
  /** @default one is killed, every fifth time all are */
  readonly blow?: Blow;
  /** Flows at work at the same time. @default 4 */
  readonly width?: number;
  /** The blows only put processes to sleep: what they have in hand they may finish when they wake. @default false */
  readonly isWoken?: boolean;
}

export interface Figures extends Repeats {
  readonly kills: number;
  readonly flows: number;
  readonly effects: number;
  readonly decisions: number;
  /** Calls of tools that the budget counts and nobody saw. */
  readonly overcounted: number;
  readonly seconds: number;
}

const FLEET = 2;
/** Tasks that all of them are at together. */
const AT_ONCE = 6;
/** Lines of the outside world, of some hundred bytes, between two blows. */
const MOST_BYTES = 800;
/** Of thirty milliseconds is each half of an effect. */
const LONGEST_PAUSE_MS = 30;
const PATIENCE = { timeout: 120_000, interval: 50 } as const;

export const killSome: Blow = async (workers, random) => {
  const victim = workers[Math.floor(random() * workers.length)];
  const victims = random() < 0.2 ? workers : workers.filter((worker) => worker === victim);
  await Promise.all(victims.map((worker) => worker.kill()));
  return workers.filter((worker) => !victims.includes(worker));
};

/** Fails unless nothing was lost, no finished effect repeated, and each unfinished one went by its policy. */
export async function killFlows(backend: BackendTerms, plan: FlowPlan): Promise<Figures> {
  const from = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'kill-flows-'));
  const log = join(folder, 'seen.ndjson');
  const outside = await startOutside(log);
  const fleet = new FlowFleet(
    { backend, url: outside.url, log, recognises: plan.isWoken === true },
    join(folder, 'cache'),
  );
  let desk: Desk | undefined;
  try {
    const store = await openBackend(backend);
    desk = openDesk(store, outside);
    const kills = await strike(fleet, outside, plan);
    const flows = await waitForAll(store, fleet);
    expect(await desk.pending()).toBe(0);
    expect(fleet.crashed).toBe(0);
    const sights = outside.sights();
    const repeats = checkSights(sights, flows, plan.isWoken === true ? WOKEN : KILLED);
    const overcounted = await checkBudget(store, outside, plan.isWoken === true ? plan.blows : kills);
    const decisions = desk.decided.size;
    // Of those that are reconciled a person is asked only after several interruptions.
    expect(decisions).toBeGreaterThanOrEqual(repeats.asked['ask'] ?? 0);
    const seconds = Math.round((performance.now() - from) / 100) / 10;
    return {
      kills,
      flows: flows.length,
      effects: flows.length * STEPS,
      ...repeats,
      decisions,
      overcounted,
      seconds,
    };
  } finally {
    await fleet.close();
    await desk?.stop();
    await outside.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The blows. In the end somebody is at work. Gives the number of killed ones. */
async function strike(fleet: FlowFleet, outside: Outside, plan: FlowPlan): Promise<number> {
  const { seed, blows, blow = killSome, width = 4 } = plan;
  const random = seededRandom(seed);
  let workers: readonly FlowWorker[] = [];
  const coming = new Set<Promise<void>>();
  let kills = 0;
  const hire = (): void => {
    const hired = fleet.hire().then((worker) => {
      workers = [...workers, worker];
      coming.delete(hired);
    });
    coming.add(hired);
  };
  const fill = async (): Promise<void> => {
    workers = workers.filter(({ child }) => child.exitCode === null);
    while (workers.length + coming.size < FLEET) hire();
    if (workers.length === 0) await Promise.race(coming);
    const happened = new Set(outside.sights().map(({ what, name = '' }) => `${what} ${name}`));
    const open = fleet.flows.filter((flow) => !happened.has(`happened ${nameOf(flow, STEPS)}`));
    for (let missing = width - open.length; missing > 0; missing -= 1) fleet.handIn(workers[0] as FlowWorker);
  };
  for (let count = 0; count < blows; count += 1) {
    await fill();
    // By what was seen since, whatever else the machine has to do.
    const until = outside.size + random() * MOST_BYTES;
    for (let turn = 1; outside.size <= until; turn += 1) {
      await sleep(5);
      // Those that came while the database was away have left.
      if (turn % 200 === 0) await fill();
      expect(turn).toBeLessThan(20_000);
    }
    await sleep(random() * LONGEST_PAUSE_MS);
    const struck = workers;
    const left = await blow(struck, random);
    workers = workers.filter((worker) => !struck.includes(worker) || left.includes(worker));
    kills += struck.length - left.length;
  }
  await fill();
  await Promise.all(coming);
  return kills;
}

type Store = Awaited<ReturnType<typeof openBackend>>;

/** Why runs go on no more, by id. */
async function explainOpen(store: Store): Promise<Readonly<Record<string, string>>> {
  const open: Record<string, string> = {};
  for await (const { id, completedAt } of store.store.list({ tenant: 'default' }))
    if (completedAt === null) open[id] = await store.explain(id, 'default');
  return open;
}

/** Flows that were handed in, all of them ended as they should. */
async function waitForAll(store: Store, fleet: FlowFleet): Promise<readonly string[]> {
  const runs = new Map<string, string>();
  const countOpen = async (): Promise<number> => {
    let open = 0;
    for await (const { id, parentId, completedAt, input } of store.store.list({
      tenant: 'default',
      name: 'workflow',
    })) {
      if (parentId !== null) continue;
      runs.set(id, (input as { workflow: { name: string } }).workflow.name);
      if (completedAt === null) open += 1;
    }
    return open;
  };
  try {
    await expect.poll(countOpen, PATIENCE).toBe(0);
  } catch {
    expect(await explainOpen(store)).toEqual({});
  }
  for (const [flow, id] of fleet.submitted) expect([flow, runs.get(id)]).toEqual([flow, flow]);
  const outputs = (flow: string) =>
    Object.fromEntries(
      Array.from({ length: STEPS }, (_, index) => [`s${index + 1}`, nameOf(flow, index + 1)]),
    );
  for (const [id, flow] of runs)
    expect([flow, (await store.store.get(id, 'default'))?.output]).toMatchObject([
      flow,
      { status: 'completed', outputs: outputs(flow) },
    ]);
  expect(new Set(runs.values()).size).toBe(runs.size);
  return [...runs.values()];
}

/** Never less than what was used. More by what was set aside for calls that were cut short. */
async function checkBudget(store: Store, outside: Outside, interruptions: number): Promise<number> {
  const record = await store.store.state('default').get('budget/tenant');
  const { toolCalls = 0, modelCalls = 0, tokens = 0 } = (record?.value ?? {}) as Record<string, number>;
  const sights = outside.sights();
  const count = (what: Sight['what'], ...kinds: Kind[]): number =>
    sights.filter((sight) => sight.what === what && kinds.includes(kindOf(Number(sight.name?.split('/')[1]))))
      .length;
  const tools = count('requested', 'retry', 'reconcile');
  expect(toolCalls).toBeGreaterThanOrEqual(tools);
  expect(toolCalls).toBeLessThanOrEqual(tools + interruptions * AT_ONCE);
  expect(modelCalls).toBeGreaterThanOrEqual(count('requested', 'model'));
  expect(tokens).toBeGreaterThanOrEqual(count('happened', 'model') * TOKENS);
  return toolCalls - tools;
}

/** The critical path method over a small acyclic graph of tasks. */

export interface Activity {
  readonly id: string;
  /** In any unit, above 0. */
  readonly duration: number;
  /** Ids that must be finished first; ids that are not there are left out. */
  readonly dependencies: readonly string[];
}

/** When an activity can start and end, counted from 0 in the unit of the durations. */
export interface ActivityTimes {
  readonly earliestStart: number;
  readonly earliestFinish: number;
  readonly latestStart: number;
  /** How far it can slip without delaying the end. */
  readonly slack: number;
}

export interface Schedule {
  readonly times: ReadonlyMap<string, ActivityTimes>;
  /** One longest chain, first to last. */
  readonly criticalPath: readonly string[];
  /** The length of the whole when nothing waits for people. */
  readonly duration: number;
  /** Ids such that each comes after its dependencies; among free ones, those earlier in the input come first. */
  readonly order: readonly string[];
}

/** Throws `RangeError` when the activities wait for each other. */
export function scheduleOf(activities: readonly Activity[]): Schedule {
  const byId = new Map(activities.map((activity) => [activity.id, activity]));
  const before = new Map(
    activities.map(({ id, dependencies }) => [id, dependencies.filter((one) => byId.has(one) && one !== id)]),
  );
  const order = orderOf(activities, before);
  const finish = new Map<string, number>();
  const start = new Map<string, number>();
  for (const id of order) {
    const at = Math.max(0, ...(before.get(id) ?? []).map((one) => finish.get(one) ?? 0));
    start.set(id, at);
    finish.set(id, at + (byId.get(id)?.duration ?? 0));
  }
  const duration = Math.max(0, ...finish.values());
  const latestFinish = new Map(order.map((id) => [id, duration]));
  for (const id of order.toReversed()) {
    const latestStart = (latestFinish.get(id) ?? duration) - (byId.get(id)?.duration ?? 0);
    for (const one of before.get(id) ?? [])
      latestFinish.set(one, Math.min(latestFinish.get(one) ?? duration, latestStart));
  }
  const times = new Map(
    order.map((id): [string, ActivityTimes] => {
      const earliestStart = start.get(id) ?? 0;
      const latestStart = (latestFinish.get(id) ?? duration) - (byId.get(id)?.duration ?? 0);
      return [
        id,
        {
          earliestStart,
          earliestFinish: finish.get(id) ?? 0,
          latestStart,
          slack: latestStart - earliestStart,
        },
      ];
    }),
  );
  return { times, duration, order, criticalPath: longestChain(order, before, start, finish, duration) };
}

function orderOf(
  activities: readonly Activity[],
  before: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const done = new Set<string>();
  const order: string[] = [];
  let waiting = activities.map(({ id }) => id);
  while (waiting.length > 0) {
    const ready = waiting.find((id) => (before.get(id) ?? []).every((one) => done.has(one)));
    if (ready === undefined)
      throw new RangeError(`Tasks wait for each other: ${waiting.slice(0, 10).join(', ')}.`);
    done.add(ready);
    order.push(ready);
    waiting = waiting.filter((id) => id !== ready);
  }
  return order;
}

function longestChain(
  order: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
  start: ReadonlyMap<string, number>,
  finish: ReadonlyMap<string, number>,
  duration: number,
): readonly string[] {
  const chain: string[] = [];
  let at = order.find((id) => finish.get(id) === duration);
  while (at !== undefined) {
    chain.unshift(at);
    const from: number = start.get(at) ?? 0;
    at = from === 0 ? undefined : (before.get(at) ?? []).find((id) => finish.get(id) === from);
  }
  return chain;
}

/**
 * How fast the task queue is and how its cost grows: add, claim and complete tasks at four sizes.
 * Run with `node bench/task-queue.ts`; `node bench/task-queue.ts 5 100000` sets rounds and the largest size.
 */
import { TaskPriority } from '../src/contracts/task.ts';
import { Task } from '../src/tasks/task.ts';
import { TaskQueue } from '../src/tasks/task-queue.ts';
import { seededRandom } from '../src/testing/seeded.ts';

const GOAL_OPS_PER_SECOND = 200_000;
const rounds = Number(process.argv[2] ?? 5);
const largest = Number(process.argv[3] ?? 1_000_000);
const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= largest);
const priorities = Object.values(TaskPriority);

/** Tasks of random priority and age; one in four depends on an earlier one. Made outside the measured time. */
function makeTasks(size: number, seed: number): readonly Task[] {
  const random = seededRandom(seed);
  const start = Date.UTC(2026, 0, 1);
  return Array.from({ length: size }, (_, index) => {
    const priority = priorities[Math.floor(random() * priorities.length)] as TaskPriority;
    const createdAt = new Date(start + Math.floor(random() * 1_000_000));
    const dependencies = index > 0 && random() < 0.25 ? [`t${Math.floor(random() * index)}`] : [];
    return new Task({
      id: `t${index}`,
      title: 'Measured',
      description: '',
      priority,
      createdAt,
      dependencies,
    });
  });
}

/** Nanoseconds per operation; add, claim and complete are one operation each. */
function measure(tasks: readonly Task[]): number {
  const queue = new TaskQueue();
  const start = process.hrtime.bigint();
  for (const task of tasks) queue.addTask(task);
  let done = 0;
  for (let task = queue.getNextTask(); task !== undefined; task = queue.getNextTask()) {
    queue.markCompleted(task.id);
    done += 1;
  }
  const elapsed = Number(process.hrtime.bigint() - start);
  if (done !== tasks.length) throw new Error(`Expected ${tasks.length} tasks to complete, got ${done}.`);
  return elapsed / (3 * tasks.length);
}

/**
 * The floor: what three touches of each of so many objects cost in any program, put in a map, then found by id and
 * written to twice in another order. It grows as well, because large sets don't fit the processor's caches and the
 * garbage collector walks them; growth that the floor shares is the machine's, not the queue's.
 */
function measureFloor(tasks: readonly Task[]): number {
  const order = tasks
    .map(({ id, createdAt }) => ({ id, time: createdAt.getTime() }))
    .sort((a, b) => a.time - b.time);
  const start = process.hrtime.bigint();
  const map = new Map<string, { task: Task; touched: object }>();
  for (const task of tasks) map.set(task.id, { task, touched: {} });
  for (let pass = 0; pass < 2; pass += 1) {
    for (const { id } of order) {
      const entry = map.get(id);
      if (entry !== undefined) entry.touched = { status: entry.task.status };
    }
  }
  return Number(process.hrtime.bigint() - start) / (3 * tasks.length);
}

/** Small sizes are repeated within a round, so that each figure rests on at least 100,000 tasks. */
function measureRound(size: number, round: number): { queue: number; floor: number } {
  const repeats = Math.max(1, Math.ceil(100_000 / size));
  const sum = { queue: 0, floor: 0 };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const tasks = makeTasks(size, round * 1000 + repeat);
    sum.floor += measureFloor(tasks);
    sum.queue += measure(tasks);
  }
  return { queue: sum.queue / repeats, floor: sum.floor / repeats };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

measureRound(10_000, 0); // the compiler warms up
const results = new Map<number, { queue: number; floor: number }[]>(sizes.map((size) => [size, []]));
for (let round = 1; round <= rounds; round += 1) {
  for (const size of sizes) results.get(size)?.push(measureRound(size, round));
}

const middleOf = (size: number, what: 'queue' | 'floor'): number =>
  median((results.get(size) ?? []).map((each) => each[what]));
const smallest = sizes[0] as number;
console.log(`task queue: add + claim + complete, ${rounds} rounds, interleaved; median (least to most)`);
for (const size of sizes) {
  const values = (results.get(size) ?? []).map((each) => each.queue);
  const queue = middleOf(size, 'queue');
  const floor = middleOf(size, 'floor');
  const growth = queue / middleOf(smallest, 'queue');
  const floorGrowth = floor / middleOf(smallest, 'floor');
  const logGrowth = Math.log2(size) / Math.log2(smallest);
  console.log(
    [
      `n = ${String(size).padStart(9)}`,
      `${Math.round(1e9 / queue).toLocaleString('en')} ops/s`,
      `${queue.toFixed(0)} ns/op (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`,
      `floor ${floor.toFixed(0)} ns, queue/floor ${(queue / floor).toFixed(1)}`,
      `growth of queue × ${growth.toFixed(2)}, of floor × ${floorGrowth.toFixed(2)}, of log n × ${logGrowth.toFixed(2)}`,
      1e9 / queue >= GOAL_OPS_PER_SECOND ? 'goal met' : `below the goal of ${GOAL_OPS_PER_SECOND}`,
    ].join('  '),
  );
}

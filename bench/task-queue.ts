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

/** Small sizes are repeated within a round, so that each figure rests on at least 100,000 tasks. */
function measureRound(size: number, round: number): number {
  const repeats = Math.max(1, Math.ceil(100_000 / size));
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) sum += measure(makeTasks(size, round * 1000 + repeat));
  return sum / repeats;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

measureRound(10_000, 0); // the compiler warms up
const results = new Map<number, number[]>(sizes.map((size) => [size, []]));
for (let round = 1; round <= rounds; round += 1) {
  for (const size of sizes) results.get(size)?.push(measureRound(size, round));
}

const base = median(results.get(sizes[0] as number) ?? []);
console.log(`task queue: add + claim + complete, ${rounds} rounds, interleaved; median (least to most)`);
for (const [size, values] of results) {
  const middle = median(values);
  const growth = middle / base;
  const logGrowth = Math.log2(size) / Math.log2(sizes[0] as number);
  console.log(
    [
      `n = ${String(size).padStart(9)}`,
      `${Math.round(1e9 / middle).toLocaleString('en')} ops/s`,
      `${middle.toFixed(0)} ns/op (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`,
      `cost per op × ${growth.toFixed(2)}, log n × ${logGrowth.toFixed(2)}, ratio ${(growth / logGrowth).toFixed(2)}`,
      1e9 / middle >= GOAL_OPS_PER_SECOND ? 'goal met' : `below the goal of ${GOAL_OPS_PER_SECOND}`,
    ].join('  '),
  );
}

/** How fast the task queue is and how its cost grows: add, claim and complete tasks at several sizes. */
import { TaskPriority } from '../src/contracts/task.ts';
import { Task } from '../src/tasks/task.ts';
import { TaskQueue } from '../src/tasks/task-queue.ts';
import { seededRandom } from '../src/testing/seeded.ts';
import { type Benchmark, type Figure, median, type Sample } from './measure.ts';

const GOAL_OPS_PER_SECOND = 200_000;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** Each figure rests on at least so many tasks. */
const FEWEST_TASKS = 100_000;
const FEWEST_QUICK_TASKS = 20_000;
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

export const taskQueue: Benchmark = {
  title: 'add + claim + complete, for each operation; floor: three touches of objects in a map',
  cases({ isQuick }) {
    measure(makeTasks(10_000, 0)); // the compiler warms up
    return SIZES.filter((size) => !isQuick || size <= 100_000).map((size) => ({
      what: `${size.toLocaleString('en')} tasks`,
      unit: 'ns',
      size,
      work: Math.max(size, isQuick ? FEWEST_QUICK_TASKS : FEWEST_TASKS),
      goal: { text: '200,000 operations in a second', most: 1e9 / GOAL_OPS_PER_SECOND },
      measure(round): Sample {
        const repeats = Math.max(1, Math.ceil((isQuick ? FEWEST_QUICK_TASKS : FEWEST_TASKS) / size));
        const sum = { own: 0, floor: 0 };
        for (let repeat = 0; repeat < repeats; repeat += 1) {
          const tasks = makeTasks(size, round * 1000 + repeat);
          sum.floor += measureFloor(tasks);
          sum.own += measure(tasks);
        }
        return { own: sum.own / repeats, floor: sum.floor / repeats };
      },
    }));
  },
  remarks(figures) {
    const done = figures.filter(({ samples }) => samples.length > 0);
    const [first] = done;
    if (first === undefined) return [];
    return done.slice(1).map((figure) => {
      const growth = (of: 'own' | 'floor'): string => (middle(figure, of) / middle(first, of)).toFixed(1);
      const logGrowth = Math.log2(figure.size) / Math.log2(first.size);
      return `from ${first.size} to ${figure.size}: the cost grows × ${growth('own')}, the floor × ${growth('floor')}, log n × ${logGrowth.toFixed(1)}`;
    });
  },
};

function middle({ samples }: Figure, of: 'own' | 'floor'): number {
  return median(samples.map((sample) => sample[of]));
}

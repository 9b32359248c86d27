/** What our backend adds to DBOS, or takes off: tasks and steps on one PostgreSQL, over plain DBOS with a queue of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PostgresServer } from '../tests/support/postgres/postgres-server.ts';
import { type Benchmark, type Case, ratioOf } from './measure.ts';

let server: PostgresServer | undefined;

function once(...args: readonly string[]): number {
  const path = fileURLToPath(new URL('./dbos-once.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  const figure = Number(stdout.trim().split('\n').at(-1));
  if (status !== 0 || !Number.isFinite(figure)) throw new Error(`Expected a figure, got ${stdout}${stderr}`);
  return figure;
}

export const dbosBackend: Benchmark = {
  title: 'DbosBackend on a PostgreSQL of its own, for each task or step; floor: plain DBOS with a queue',
  async cases({ isQuick }) {
    const started = await PostgresServer.start();
    server = started;
    return [0, 1, 10].map((steps): Case => {
      const size = (isQuick ? 300 : 1_500) / Math.max(1, steps / 2);
      return {
        what:
          steps === 0
            ? `${size} tasks that do nothing`
            : `${size} tasks of ${steps} ${steps === 1 ? 'step' : 'steps'}`,
        unit: 'ms',
        size,
        // Of about the same time each.
        work: 1_500,
        async measure() {
          const floor = once('plain', String(steps), String(size), await started.createDatabase());
          const own = once('own', String(steps), String(size), await started.createDatabase());
          return { own, floor };
        },
      };
    });
  },
  remarks: (figures) =>
    figures
      .filter(({ samples }) => samples.length > 0)
      .map((figure) => `${figure.what}: ${Math.round(100 / ratioOf(figure))} % of plain DBOS; goal 85 %`),
  async close() {
    await server?.remove();
  },
};

/** What many runs must leave behind: nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

interface Left {
  readonly right: number;
  readonly events: number;
  readonly listeners: number;
  readonly warnings: readonly string[];
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** Does `count` runs in a process of their own. */
export async function expectNothingLeft(count: number): Promise<void> {
  const path = fileURLToPath(new URL('./many-runs.ts', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', '--trace-warnings', path, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  const left = JSON.parse(text) as Left;
  expect(left.right).toBe(count);
  // Submitted, started, three calls that begin and end, completed.
  expect(left.events).toBe(count * 9);
  expect(left.listeners).toBe(0);
  expect(left.warnings).toEqual([]);
  for (const [kind, open] of Object.entries(left.after))
    expect(open, `open ${kind}`).toBeLessThanOrEqual(left.before[kind] ?? 0);
  console.log(
    `${count} runs: the heap held ${left.heapBefore.toFixed(1)} MB after the first, ${left.heapAfter.toFixed(1)} MB after the last`,
  );
}

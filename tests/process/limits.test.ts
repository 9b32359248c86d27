import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { createBench, isAlive, numberIn, processesWith } from './support.ts';

/** A number of seconds nobody else sleeps, to find one's own processes by. */
const uniqueSeconds = (): string => `${10_000 + Math.floor(performance.now() * 1_000)}.${process.pid}`;

describe('a time limit', () => {
  it('ends the program and its children, and says so in the result', async () => {
    using bench = createBench();
    const seconds = uniqueSeconds();
    const result = await bench.shell(`sleep ${seconds} & sleep ${seconds}`, { timeoutMs: 200 });
    expect(result).toMatchObject({ exitCode: null, terminationSignal: 'SIGTERM', timedOut: true });
    expect(result.durationMs).toBeLessThan(3_000);
    expect(processesWith(seconds)).toEqual([]);
  });

  it('keeps what was printed until then', async () => {
    using bench = createBench();
    const result = await bench.shell('echo started; sleep 30', { timeoutMs: 300 });
    expect(result).toMatchObject({ stdout: 'started\n', timedOut: true });
  });

  it('kills a program that ignores the request to end', async () => {
    using bench = createBench();
    const script =
      'process.on("SIGTERM", () => {}); process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)';
    const result = await bench.node(script, { timeoutMs: 600 });
    expect(result).toMatchObject({ terminationSignal: 'SIGKILL', timedOut: true });
    expect(isAlive(Number(result.stdout))).toBe(false);
  });

  it('lets a program tidy up before it is killed', async () => {
    using bench = createBench({ killGraceMs: 5_000 });
    const script =
      'process.on("SIGTERM", () => { console.log("tidied"); process.exit(7) }); setInterval(() => {}, 1000)';
    const result = await bench.node(script, { timeoutMs: 600 });
    expect(result).toMatchObject({ exitCode: 7, stdout: 'tidied\n', timedOut: true });
  });

  it('is measured on the clock that was given', async () => {
    const clock = new ManualClock();
    using bench = createBench({ clock });
    const running = bench.shell('echo $$ > pid; sleep 30', { timeoutMs: 3_600_000 });
    await numberIn(join(bench.path, 'pid'));
    await clock.advance(3_600_000);
    expect(await running).toMatchObject({ timedOut: true, durationMs: 3_600_000 });
  });

  it('is not reported for a program that ended by itself', async () => {
    using bench = createBench();
    expect(await bench.shell('exit 4', { timeoutMs: 60_000 })).toMatchObject({
      exitCode: 4,
      timedOut: false,
    });
  });
});

describe('what a program leaves behind', () => {
  it('does not hold the result back, and is ended', async () => {
    using bench = createBench();
    const seconds = uniqueSeconds();
    const started = performance.now();
    const result = await bench.shell(`sleep ${seconds} & echo done`);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n', timedOut: false });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(processesWith(seconds)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is found when it fled into a session of its own', async () => {
    using bench = createBench();
    const seconds = uniqueSeconds();
    const script = `setsid sh -c 'echo $$ > fled; exec sleep ${seconds}' > /dev/null 2>&1 & while [ ! -s fled ]; do :; done`;
    const result = await bench.shell(script);
    expect(result.exitCode).toBe(0);
    expect(isAlive(await numberIn(join(bench.path, 'fled')))).toBe(false);
    expect(processesWith(seconds)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'is found in a session of its own after a time-out too',
    async () => {
      using bench = createBench();
      const seconds = uniqueSeconds();
      const script = `setsid sh -c 'trap "" TERM; echo $$ > fled; sleep ${seconds}' & sleep ${seconds}`;
      const result = await bench.shell(script, { timeoutMs: 500 });
      expect(result.timedOut).toBe(true);
      expect(isAlive(await numberIn(join(bench.path, 'fled')))).toBe(false);
      expect(processesWith(seconds)).toEqual([]);
    },
  );

  it('does not touch the processes of another run', async () => {
    using bench = createBench();
    const other = bench.shell('echo $$ > other; read line; echo "got $line"', { input: '' });
    const long = bench.node(
      'require("fs").writeFileSync("long", String(process.pid)); setTimeout(() => console.log("whole"), 700)',
    );
    await numberIn(join(bench.path, 'long'));
    await bench.shell('setsid sleep 100 & exit 0');
    await other;
    expect((await long).stdout).toBe('whole\n');
  });
});

describe('a run inside a run', () => {
  it.runIf(process.platform === 'linux')('ends with the outer one, whatever it started', async () => {
    using bench = createBench();
    const seconds = uniqueSeconds();
    const source = new URL('../../src/process/program-runner.ts', import.meta.url).href;
    const script = `
      const { createProgramRunner } = await import(${JSON.stringify(source)});
      const runner = createProgramRunner({ root: process.cwd(), allow: ['sh'] });
      await runner.run({ command: 'sh', args: ['-c', 'echo $$ > inner; trap "" TERM; setsid sleep ${seconds} & sleep ${seconds}'] });`;
    const controller = new AbortController();
    const args = ['--input-type=module', '-e', script];
    // The inner runner is killed before it can remove its folder: that goes with the bench.
    const env = { TMPDIR: bench.path };
    const running = bench.runner.run({ command: 'node', args, env, signal: controller.signal });
    const inner = await numberIn(join(bench.path, 'inner'));
    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    expect(isAlive(inner)).toBe(false);
    expect(processesWith(seconds)).toEqual([]);
  });

  it('loads the process library only when the first program starts', async () => {
    using bench = createBench();
    const source = new URL('../../src/process/program-runner.ts', import.meta.url).href;
    const script = `
      const loaded = [];
      (await import('node:module')).registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      const count = () => loaded.filter((url) => url.includes('/node_modules/execa/')).length > 0;
      const { createProgramRunner } = await import(${JSON.stringify(source)});
      const runner = createProgramRunner({ root: process.cwd(), allow: ['sh'] });
      const before = count();
      await runner.run({ command: 'sh', args: ['-c', 'true'] });
      console.log(before, count());`;
    const result = await bench.runner.run({ command: 'node', args: ['--input-type=module', '-e', script] });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'false true\n' });
  });
});

describe('an abort', () => {
  it('rejects with the reason, within 300 ms, with the whole tree gone', async () => {
    using bench = createBench();
    const seconds = uniqueSeconds();
    const controller = new AbortController();
    const running = bench.shell(
      `echo $$ > pid; setsid sleep ${seconds} & sleep ${seconds} & sleep ${seconds}`,
      { signal: controller.signal },
    );
    const leader = await numberIn(join(bench.path, 'pid'));
    const reason = new Error('no longer wanted');
    const started = performance.now();
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(300);
    expect(isAlive(leader)).toBe(false);
    expect(processesWith(seconds)).toEqual([]);
  });

  it('before the start keeps the program from starting', async () => {
    using bench = createBench();
    const reason = new Error('too late');
    await expect(bench.shell('echo > ran', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await bench.shell('ls')).stdout).toBe('');
  });

  it('leaves no listener on the signal', async () => {
    using bench = createBench();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await bench.shell('true', { signal });
    expect(listeners).toBe(0);
  });
});

describe('an output limit', () => {
  it('keeps the first bytes of 100 MB, lets the program finish, and memory stays flat', async () => {
    using bench = createBench();
    const script = `
      const chunk = Buffer.alloc(1 << 20, 'x');
      let left = 100;
      const next = () => (left-- > 0 ? process.stdout.write(chunk, next) : console.error('finished'));
      next();`;
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const result = await bench.node(script, { maxOutputBytes: 1_000 }).finally(() => clearInterval(watch));
    expect(result).toMatchObject({
      exitCode: 0,
      stdout: 'x'.repeat(1_000),
      stderr: 'finished\n',
      truncated: true,
    });
    expect(peak - before).toBeLessThan(60 * 2 ** 20);
    const whole = createHash('sha256');
    for (let part = 0; part < 100; part += 1) whole.update(Buffer.alloc(1 << 20, 'x'));
    expect(result.evidence.outputDigest).toBe(`sha256:${whole.digest('hex')}`);
  });

  it('leaves out a character that the limit cuts', async () => {
    using bench = createBench();
    const result = await bench.node('process.stdout.write("aé€")', { maxOutputBytes: 4 });
    expect(result).toMatchObject({ stdout: 'aé', truncated: true });
  });

  it('counts each stream by itself and is not met by exactly as many bytes', async () => {
    using bench = createBench();
    const result = await bench.node('process.stdout.write("12345"); process.stderr.write("abcde")', {
      maxOutputBytes: 5,
    });
    expect(result).toMatchObject({ stdout: '12345', stderr: 'abcde', truncated: false });
  });

  it('of 0 keeps nothing', async () => {
    using bench = createBench();
    expect(await bench.shell('echo x', { maxOutputBytes: 0 })).toMatchObject({
      exitCode: 0,
      stdout: '',
      truncated: true,
    });
  });
});

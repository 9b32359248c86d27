/** Runs one of the examples by name: `npm run example -- hello`. Without a name it lists them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../examples/', import.meta.url);
const [name, ...rest] = process.argv.slice(2);
const file = name === undefined ? undefined : new URL(`${name.replace(/\.ts$/, '')}.ts`, folder);

if (file === undefined || !existsSync(file)) {
  if (name !== undefined) console.error(`There is no example ${name}.`);
  console.log('Examples, each run with `npm run example -- NAME`:');
  for (const entry of readdirSync(folder)
    .filter((one) => one.endsWith('.ts'))
    .sort()) {
    const [first = ''] = readFileSync(new URL(entry, folder), 'utf8').split('\n');
    console.log(
      `  ${entry.replace(/\.ts$/, '').padEnd(24)} ${first.replace(/^\/\*\* ?| ?\*\/$|^\/\/ ?/g, '')}`,
    );
  }
  process.exitCode = name === undefined ? 0 : 2;
} else {
  process.exitCode =
    spawnSync(process.execPath, [fileURLToPath(file), ...rest], { stdio: 'inherit' }).status ?? 1;
}

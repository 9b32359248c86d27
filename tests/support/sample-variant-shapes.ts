/** Writes the same code in other words: quotes, arrows, aliases, concatenations; and puts things between. */
import type { VariantLine } from './sample-variant.ts';

/** Names of Node's modules that may get an alias in a file. */
const ALIASES: Readonly<Record<string, string>> = {
  createHash: 'hashWith',
  exec: 'runShell',
  execSync: 'shellSync',
  readFile: 'loadFile',
  createReadStream: 'openStream',
  randomUUID: 'newId',
  join: 'joinPath',
};

/** Changes lines in place; none is added or taken away. */
export function swapShapes(path: string, lines: VariantLine[], random: () => number): void {
  if (!path.endsWith('.ts')) return;
  if (random() < 0.5) aliasImports(lines);
  for (const line of lines) {
    if (random() < 0.5) line.text = swapQuotes(line.text);
    if (random() < 0.5) line.text = swapTemplate(line.text);
  }
  // What fails to parse is left as it is: the place of the error must not move.
  if (path !== 'scripts/backfill-totals.ts') swapFunctions(lines, random);
}

function aliasImports(lines: VariantLine[]): void {
  for (const line of lines) {
    const names = /^import \{ ([\w, ]+) \} from '(?:node:)/.exec(line.text)?.[1]?.split(', ') ?? [];
    for (const name of names) {
      const alias = ALIASES[name];
      if (alias === undefined) continue;
      const use = new RegExp(`(?<![\\w$.'"])${name}(?![\\w$'":])`, 'g');
      for (const other of lines) if (other !== line) other.text = other.text.replace(use, alias);
      line.text = line.text.replace(new RegExp(`(?<=[{,] )${name}(?=[ ,])`), `${name} as ${alias}`);
    }
  }
}

function swapQuotes(text: string): string {
  return /["`\\]|\/\/|\/\*|^\s*\*/.test(text) ? text : text.replace(/'([^']*)'/g, '"$1"');
}

/** `a ${b}` becomes 'a ' + b where that reads the same, and the other way round. */
function swapTemplate(text: string): string {
  const joined = /'([^'`$\\"]*)' \+ ([\w.]+)(?=[);,])/.exec(text);
  if (joined !== null) return text.replace(joined[0], `\`${joined[1]}$\{${joined[2]}}\``);
  const template = /(?<![\w$)`])`([^`'\\]*)`(?!\s*[.[(`])/.exec(text);
  if (template === null || text.split('`').length !== 3 || /^\s*(?:\/\/|\/?\*)/.test(text)) return text;
  const pieces = (template[1] ?? '').split(/(\$\{[\w.]+\})/);
  const parts = pieces
    .filter((piece) => piece !== '')
    .map((piece) => (/^\$\{[\w.]+\}$/.test(piece) ? piece.slice(2, -1) : `'${piece}'`));
  if (parts.length < 2 || pieces.some((piece) => !/^\$\{[\w.]+\}$/.test(piece) && piece.includes('${')))
    return text;
  // Two numbers in front would be added up.
  if (!parts[0]?.startsWith("'") && !parts[1]?.startsWith("'")) return text;
  return text.replace(template[0], () => parts.join(' + '));
}

/** `function f(a: A): B {` becomes `const f = (a: A): B => {`. Only functions at the top, with their head in one line. */
function swapFunctions(lines: VariantLine[], random: () => number): void {
  for (const [index, line] of lines.entries()) {
    const head = /^(export )?(async )?function (\w+)(<.+?>)?(\(.*\)): (.+) \{$/.exec(line.text);
    if (head === null || random() < 0.5) continue;
    const end = lines.findIndex(({ text }, at) => at > index && text === '}');
    if (end < 0) continue;
    const [, exported = '', waits = '', name, generic = '', parameters, result] = head;
    line.text = `${exported}const ${name} = ${waits}${generic}${parameters}: ${result} => {`;
    (lines[end] as VariantLine).text = '};';
  }
}

/** Files whose parts come in at times that faults depend on. */
const STEADY = new Set(['src/notices/templates.ts', 'src/jobs/abandoned-carts.ts']);

/** Lines that mean nothing, so that nothing stays where it was. */
export function insertFiller(
  path: string,
  lines: readonly VariantLine[],
  random: () => number,
): VariantLine[] {
  if (STEADY.has(path)) return [...lines];
  const comment = commentOf(path);
  if (comment !== undefined) {
    const at = lines[0]?.text.startsWith('#!') ? 1 : 0;
    const notes = Array.from({ length: 1 + Math.floor(random() * 3) }, (_unused, index) => ({
      text: comment(`Part ${index + 1} of the settings of the shop.`),
    }));
    return [...lines.slice(0, at), ...notes, ...lines.slice(at)];
  }
  if (path === 'data/products.csv') {
    const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, (_unused, index) => ({
      text: `TW-9${index}0,Spare part ${index},deck,1${index}.50,${20 + index}`,
    }));
    return [...lines.slice(0, 1), ...rows, ...lines.slice(1)];
  }
  if (!path.startsWith('src/') || !path.endsWith('.ts')) return [...lines];
  let count = 0;
  return lines.flatMap((line, index) => {
    const isBoundary =
      lines[index - 1]?.text === '' && /^(?:export |async |\/\*\*|\/\/ |const |function )/.test(line.text);
    const isAfterImports = !lines.slice(index).some(({ text }) => text.startsWith('import '));
    if (!isBoundary || !isAfterImports || random() < 0.6) return [line];
    count += 1;
    return [...filler(count), { text: '' }, line];
  });
}

function filler(number: number): VariantLine[] {
  return [
    `/** Keeps a value of row ${number} between 0 and ${number * 100}. */`,
    `function clampRow${number}(value: number): number {`,
    `  if (value < 0) return 0;`,
    `  return value > ${number * 100} ? ${number * 100} : value;`,
    `}`,
  ].map((text) => ({ text }));
}

function commentOf(path: string): ((text: string) => string) | undefined {
  if (/(?:^|\/)(?:\w+\.)?Dockerfile$|\.ya?ml$|\.sh$|\.env\.staging$/.test(path)) return (text) => `# ${text}`;
  if (path.endsWith('.sql')) return (text) => `-- ${text}`;
  return undefined;
}

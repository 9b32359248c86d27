/** Finds modules that no entry leads to and exports that nobody takes. Says nothing where it can't be sure. */
import { type FindingParts, locate } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { conventionOf, isDeclarationPath } from '../source/classify-path.ts';
import type { ExportRecord, SourceModel, SourceModule } from '../source/source-model.ts';
import { CODE_HEALTH_RULES as RULES } from './rules.ts';
import { modulesIn, usedExports } from './used-exports.ts';

/** A module with more idle exports than this gets one finding for all of them. */
const MOST_UNUSED = 5;
const NAMED = 12;

/** Of exports that only their own module uses, so many stand for themselves: the word `export` too much harms little. */
const MOST_HOMELY = 10;

export function findDeadCode(model: SourceModel): FindingParts[] {
  const judged = judgedModules(model);
  const reached = reachableModules(model);
  const used = usedExports(model);
  const homely: FindingParts[] = [];
  const parts = judged.flatMap((module): readonly FindingParts[] => {
    if (!reached.has(module.path)) return isPlainScript(module) ? [] : [unreachable(module)];
    const names = used.get(module.path);
    if (module.isEntry || names?.has('*')) return [];
    const idle = module.exports.filter(
      (one) => isJudged(module, one) && !names?.has(one.name) && isOnlyUseOfName(module, one, names),
    );
    homely.push(...idle.filter((one) => isUsedAtHome(module, one)).map((one) => unused(module, one)));
    const dead = idle.filter((one) => !isUsedAtHome(module, one));
    return gatherParts(
      dead.map((one) => unused(module, one)),
      {
        most: MOST_UNUSED,
        kept: 0,
        message: () => `${dead.length} exports are imported by no other module: ${listed(dead)}.`,
      },
    );
  });
  return [
    ...parts,
    ...gatherParts(homely, {
      most: MOST_HOMELY,
      kept: 0,
      message: () =>
        `${homely.length} exports in ${new Set(homely.map(({ location }) => location.path)).size} modules are used by their own module alone, this one among them.`,
    }),
  ];
}

/** Modules of packages whose entries are known and whose loading can be followed. */
function judgedModules(model: SourceModel): SourceModule[] {
  const modules = [...model.modules.values()];
  const packageOf = new Map(modules.map(({ path }) => [path, model.packageOf(path)]));
  const isSure = new Map<string | undefined, boolean>();
  for (const key of new Set([...packageOf.values()].map((one) => one?.path))) {
    const own = modules.filter(({ path }) => packageOf.get(path)?.path === key);
    const hasStart = own.some(({ entryKind, isTest }) => entryKind === 'started' && !isTest);
    // Scripts, tests and configuration load what they like; it says nothing of what the package loads.
    const canFollow = !own.some(
      ({ hasComputedImport, path }) =>
        hasComputedImport && conventionOf(path, packageOf.get(path)?.directory ?? '') === undefined,
    );
    const manifest = own[0] === undefined ? undefined : packageOf.get(own[0].path);
    isSure.set(key, hasStart && canFollow && manifest?.hasUnknownEntry !== true);
  }
  return modules.filter((module) => {
    if (
      module.isTest ||
      module.isFixture ||
      module.entryKind === 'convention' ||
      isDeclarationPath(module.path)
    )
      return false;
    return isSure.get(packageOf.get(module.path)?.path) === true;
  });
}

/** Everything that entries of all kinds lead to, by any sort of import. */
function reachableModules({ modules }: SourceModel): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...modules.values()]
    .filter(({ isEntry, isFixture }) => isEntry || isFixture)
    .map(({ path }) => path);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const module = modules.get(path);
    if (module === undefined) continue;
    for (const { target } of module.imports)
      if (target !== undefined && modules.has(target)) waiting.push(target);
    waiting.push(...module.mentions, ...modulesIn(modules, module));
  }
  return reached;
}

/** Neither imports nor exports: a script for a page, or declarations for all. Nobody imports such. */
function isPlainScript(module: SourceModule): boolean {
  if (!module.hasAst) return true;
  return module.imports.length === 0 && module.exports.length === 0 && !isModuleByWord(module);
}

/** `export {}` says that a file without exports is a module after all; beside `declare global` it only adds types for all. */
function isModuleByWord({ ast }: SourceModule): boolean {
  const body = ast?.program.body ?? [];
  return (
    body.some(({ type }) => type === 'ExportNamedDeclaration') &&
    !body.some(({ type }) => type === 'TSModuleDeclaration')
  );
}

/**
 * CommonJS exports are taken in too many ways; re-exports belong to the module behind them; a type that its own module
 * uses may be exported for those who read that module's signatures.
 */
function isJudged(module: SourceModule, record: ExportRecord): boolean {
  const { kind, name, isCommonJs } = record;
  if (kind === 'reexport' || isCommonJs === true || name === '*' || name === '') return false;
  // `typeof LIST` gives a list's members as a type: the list belongs to that type.
  const localName = record.localName ?? name;
  if (kind === 'variable' && wholeWords(module.file.text, `typeof ${localName}`) > 0) return false;
  return kind !== 'type' || !isUsedAtHome(module, record);
}

/** False when the same thing is also exported under a name that is used, or beside a default that is. */
function isOnlyUseOfName(
  module: SourceModule,
  record: ExportRecord,
  names: ReadonlySet<string> | undefined,
): boolean {
  const twins = module.exports.filter(
    (one) => one !== record && one.localName !== undefined && one.localName === record.localName,
  );
  return !twins.some(({ name }) => names?.has(name));
}

function unreachable(module: SourceModule): FindingParts {
  const importers = module.exports.length;
  return {
    rule: RULES.unreachableModule,
    message: `No entry of the package leads to this module${importers === 0 ? '' : `, so none of its ${importers} export${importers === 1 ? '' : 's'} is used`}.`,
    suggestion: 'Delete the file, or import it where it was meant to be used.',
    location: locate(module.file, firstLine(module), { endLine: module.file.lines.length }),
  };
}

function unused(module: SourceModule, record: ExportRecord): FindingParts {
  const { name, kind, line, endLine, localName } = record;
  const what =
    name === 'default'
      ? `The default export${localName === undefined ? '' : ` (\`${localName}\`)`}`
      : `\`${name}\``;
  const isHomely = isUsedAtHome(module, record);
  return {
    rule: RULES.unusedExport,
    message: `${what}${kind === 'type' ? ' (a type)' : ''} is exported, but no other module imports it.`,
    suggestion: isHomely
      ? 'Drop the word `export`: only its own module uses it.'
      : 'Remove it: nothing uses it.',
    location: locate(module.file, line, { endLine }),
    ...(isHomely ? { severity: 'info' } : {}),
  };
}

function listed(exports: readonly ExportRecord[]): string {
  const names = exports.slice(0, NAMED).map(({ name }) => `\`${name}\``);
  return names.join(', ') + (exports.length > NAMED ? ' …' : '');
}

/** True when the name stands more than once in its module. */
function isUsedAtHome({ file: { text } }: SourceModule, record: ExportRecord): boolean {
  return wholeWords(text, record.localName ?? record.name) > 1;
}

/** How often a text stands in another as whole words; counts to two. */
function wholeWords(text: string, wanted: string): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at >= 0 && count < 2; at = text.indexOf(wanted, at + wanted.length)) {
    const isWhole = !/[\w$]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + wanted.length] ?? '');
    if (isWhole) count += 1;
  }
  return count;
}

/** The first line with something on it, so that the excerpt says something. */
function firstLine(module: SourceModule): number {
  const index = module.file.lines.findIndex((text) => text.trim() !== '');
  return index < 0 ? 1 : index + 1;
}

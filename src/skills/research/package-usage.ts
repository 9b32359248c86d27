/** Where a declared npm package is used: imported, named in a script or a tool's configuration, or needed by another. */
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import type { SourceModel } from '../source/source-model.ts';
import type { LockFile } from './lock-file.ts';
import { NPM_SECTIONS } from './manifest-dependencies.ts';

/** Programs whose name is not their package's. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  typescript: ['tsc', 'tsserver'],
  '@typescript/native': ['tsc'],
  '@typescript/native-preview': ['tsgo'],
  '@angular/cli': ['ng'],
  '@nestjs/cli': ['nest'],
  '@playwright/test': ['playwright'],
  '@vue/cli-service': ['vue-cli-service'],
  '@changesets/cli': ['changeset'],
  '@commitlint/cli': ['commitlint'],
  '@babel/cli': ['babel'],
  '@babel/node': ['babel-node'],
  '@swc/cli': ['swc'],
  '@graphql-codegen/cli': ['graphql-codegen'],
  '@arethetypeswrong/cli': ['attw'],
  '@stryker-mutator/core': ['stryker'],
  '@openapitools/openapi-generator-cli': ['openapi-generator-cli'],
  '@redocly/cli': ['redocly'],
  '@microsoft/api-extractor': ['api-extractor'],
  'npm-run-all': ['run-s', 'run-p'],
  'npm-run-all2': ['run-s', 'run-p'],
  'ts-node-dev': ['tsnd'],
  'dependency-cruiser': ['depcruise'],
  'standard-version': ['standard-version'],
  'markdownlint-cli2': ['markdownlint-cli2'],
  'cross-env-shell': ['cross-env'],
  'npm-check-updates': ['ncu'],
};
/** Loaded by compilers into what they make, without a line in the sources. */
const IMPLICIT = new Set([
  'tslib',
  '@babel/runtime',
  '@babel/runtime-corejs3',
  'core-js',
  'regenerator-runtime',
  '@swc/helpers',
  'patch-package',
  'postinstall-postinstall',
]);
/** Needed by files of an ending. */
const BY_ENDING: Readonly<Record<string, RegExp>> = {
  sass: /\.s[ac]ss$/,
  'sass-embedded': /\.s[ac]ss$/,
  less: /\.less$/,
  stylus: /\.styl$/,
  typescript: /\.[mc]?tsx?$/,
  husky: /^\.husky\//,
};

/** Loaded by another package by name, without being asked for in the sources. */
const LOADED_BY: readonly (readonly [loaded: RegExp, by: RegExp])[] = [
  [
    /^(?:pg|pg-native|mysql2?|sqlite3|better-sqlite3|tedious|oracledb|mssql)$/,
    /^(?:typeorm|sequelize|knex|drizzle-orm|kysely|objection|@mikro-orm\/.+|@prisma\/.+|prisma)$/,
  ],
  [/^(?:@angular\/.+|rxjs|zone\.js)$/, /^@angular\/core$/],
  [/^(?:rxjs|reflect-metadata|@nestjs\/platform-.+)$/, /^@nestjs\/core$/],
  [/^react-dom$/, /^(?:next|gatsby|@remix-run\/react)$/],
  [/^(?:vue-template-compiler|@vue\/cli-plugin-.+)$/, /^@vue\/cli-service$/],
  [/^(?:jasmine-core|karma-.+)$/, /^karma(?:-jasmine)?$/],
  [/^postcss$/, /^(?:tailwindcss|autoprefixer|postcss-.+|@tailwindcss\/postcss)$/],
  [/^babel-plugin-react-compiler$/, /^next$/],
  [
    /^(?:@typescript-eslint\/.+|eslint-(?:plugin|config|import-resolver)-.+)$/,
    /^(?:eslint-config-.+|@[\w.-]+\/eslint-config.*|standard|xo)$/,
  ],
];

export class PackageUsage {
  readonly #importers = new Map<string, string[]>();
  readonly #sources: readonly TextFile[];
  readonly #others: readonly TextFile[];
  readonly #paths: readonly string[];

  /** `others` are all text files that are neither modules, manifests, lock files nor prose. */
  constructor(model: SourceModel, others: readonly TextFile[], paths: readonly string[]) {
    for (const module of model.modules.values()) {
      for (const name of new Set(module.imports.map(({ packageName }) => packageName))) {
        if (name !== undefined)
          this.#importers.set(name, [...(this.#importers.get(name) ?? []), module.path]);
      }
    }
    this.#sources = [...model.modules.values()].map(({ file }) => file);
    this.#others = others;
    this.#paths = paths;
  }

  /** Modules under a folder that import the package. */
  importersOf(name: string, directory: string): readonly string[] {
    return (this.#importers.get(name) ?? []).filter(
      (path) => directory === '' || path.startsWith(`${directory}/`),
    );
  }

  /** True when anything in the folder needs the package. When in doubt, it is needed. */
  isUsed(
    name: string,
    directory: string,
    json: Readonly<Record<string, unknown>>,
    lock: LockFile | undefined,
  ): boolean {
    if (IMPLICIT.has(name) || this.importersOf(name, directory).length > 0) return true;
    if (name.startsWith('@types/')) return this.#isTypesUsed(name, directory, json);
    const ending = BY_ENDING[name];
    if (ending !== undefined && this.#paths.some((path) => ending.test(path))) return true;
    if (lock?.peers.has(name) === true) return true;
    const neighbours = NPM_SECTIONS.flatMap((section) =>
      isPlainObject(json[section]) ? Object.keys(json[section]) : [],
    );
    if (
      LOADED_BY.some(
        ([loaded, by]) => loaded.test(name) && neighbours.some((one) => one !== name && by.test(one)),
      )
    )
      return true;
    const programs = [...programsOf(name), ...(lock?.programsOf(name) ?? [])];
    const settings = settingsOf(json);
    const shell = [...scriptsOf(json), ...this.#shellTexts(directory)];
    if (programs.some((program) => shell.some((text) => hasWord(text, program)))) return true;
    const names = [name, ...shorthandsOf(name)];
    if (names.some((one) => settings.some((text) => hasWord(text, one)))) return true;
    return names.some(
      (one) =>
        this.#others.some(({ path, text }) => isNear(path, directory) && hasWord(text, one)) ||
        this.#sources.some(
          ({ path, text }) => isNear(path, directory) && (hasQuoted(text, one) || isEnvironment(text, one)),
        ),
    );
  }

  #isTypesUsed(name: string, directory: string, json: Readonly<Record<string, unknown>>): boolean {
    const bare = name.slice('@types/'.length);
    const target = bare.includes('__') ? `@${bare.replace('__', '/')}` : bare;
    if (target === 'node' || this.importersOf(target, directory).length > 0) return true;
    const isDeclared = NPM_SECTIONS.some(
      (section) => isPlainObject(json[section]) && Object.hasOwn(json[section], target),
    );
    return (
      isDeclared ||
      this.#others.some(({ text }) => hasWord(text, bare)) ||
      this.#sources.some(({ text }) => hasWord(text, bare))
    );
  }

  #shellTexts(directory: string): readonly string[] {
    return this.#others
      .filter(
        ({ path }) =>
          isNear(path, directory) &&
          /\.(?:sh|ya?ml|bash|mk|toml)$|(?:^|\/)(?:Makefile|Dockerfile|Procfile|justfile)|^\.husky\//.test(
            path,
          ),
      )
      .map(({ text }) => text);
  }
}

/** In the package's folder, or in one of the folders above it (their configuration holds for it too). */
function isNear(path: string, directory: string): boolean {
  if (directory === '' || path.startsWith(`${directory}/`)) return true;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  return folder === '' || directory.startsWith(`${folder}/`) || folder.startsWith('.github');
}

function programsOf(name: string): readonly string[] {
  const last = name.includes('/') ? name.slice(name.indexOf('/') + 1) : name;
  const scope = name.startsWith('@') ? name.slice(1, name.indexOf('/')) : undefined;
  const short = last.replace(/-cli$/, '');
  return [
    ...(PROGRAMS[name] ?? []),
    name,
    last,
    short,
    ...(scope !== undefined && (last === 'cli' || last === 'core') ? [scope] : []),
  ];
}

/** What plug-ins are called in the configuration of their tool: `eslint-plugin-x` is `x`. */
function shorthandsOf(name: string): readonly string[] {
  const plain =
    /^(?:eslint-plugin|eslint-config|eslint-import-resolver|eslint-formatter|babel-plugin|babel-preset|stylelint-config|commitlint-config|gulp|grunt|karma|rollup-plugin|semantic-release|remark|rehype|postcss|tailwindcss|jest-environment|markdownlint-rule)-(.+)$/.exec(
      name,
    )?.[1];
  if (plain !== undefined) return [plain];
  const scoped =
    /^(@[^/]+)\/(?:eslint-plugin|eslint-config|babel-plugin|babel-preset|babel-plugin-transform)(?:-(.+))?$/.exec(
      name,
    );
  if (scoped?.[1] !== undefined) return [scoped[2] === undefined ? scoped[1] : `${scoped[1]}/${scoped[2]}`];
  const parts =
    /^@vitest\/(?:coverage-)?(.+)$/.exec(name)?.[1] ?? /^@babel\/(?:preset|plugin)-(.+)$/.exec(name)?.[1];
  if (parts === 'v8' || parts === 'istanbul') return ['coverage'];
  return parts === undefined ? [] : [parts, `@babel/${parts}`];
}

function scriptsOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  return textsIn(json['scripts'], false);
}

/** All strings and keys of a manifest outside the lists of dependencies. */
function settingsOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const skipped = new Set<string>([
    ...NPM_SECTIONS,
    'name',
    'description',
    'keywords',
    'repository',
    'homepage',
    'author',
    'peerDependenciesMeta',
    'files',
  ]);
  return Object.entries(json).flatMap(([key, value]) =>
    skipped.has(key) ? [] : [key, ...textsIn(value, true)],
  );
}

function textsIn(value: unknown, withKeys: boolean): readonly string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [value];
  while (waiting.length > 0 && texts.length < 5_000) {
    const next = waiting.pop();
    if (typeof next === 'string') texts.push(next);
    else if (Array.isArray(next)) waiting.push(...(next as unknown[]));
    else if (isPlainObject(next)) {
      if (withKeys) texts.push(...Object.keys(next));
      waiting.push(...Object.values(next));
    }
  }
  return texts;
}

/** The name with nothing before or after it that would make it a part of another name. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!/[\w@-]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[at + word.length] ?? ' ')) return true;
  }
  return false;
}

/** `@jest-environment name` in the comment at the top of a test. */
function isEnvironment(text: string, name: string): boolean {
  return [...text.slice(0, 2000).matchAll(/@(?:jest|vitest)-environment[ \t]+(\S{1,200})/g)].some(
    (match) => match[1] === name,
  );
}

function hasQuoted(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (/["'`:/!]/.test(text[at - 1] ?? ' ') && /["'`/]/.test(text[at + name.length] ?? ' ')) return true;
  }
  return false;
}

/** Which language a file is written in, by its name or ending. */

const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  makefile: 'makefile',
  gnumakefile: 'makefile',
  'cmakelists.txt': 'cmake',
  gemfile: 'ruby',
  rakefile: 'ruby',
  jenkinsfile: 'groovy',
  vagrantfile: 'ruby',
  '.gitignore': 'ignore',
  '.dockerignore': 'ignore',
  '.npmignore': 'ignore',
  '.editorconfig': 'ini',
  '.npmrc': 'ini',
  '.env': 'dotenv',
  'go.mod': 'go-module',
  codeowners: 'text',
  license: 'text',
  licence: 'text',
  notice: 'text',
  authors: 'text',
  readme: 'text',
  changelog: 'text',
  'tsconfig.json': 'jsonc',
};

const BY_ENDING: Readonly<Record<string, string>> = {
  ...all('typescript', 'ts tsx mts cts'),
  ...all('javascript', 'js jsx mjs cjs'),
  ...all('json', 'json webmanifest'),
  ...all('jsonc', 'jsonc json5'),
  ...all('ndjson', 'ndjson jsonl'),
  ...all('markdown', 'md markdown mdown'),
  ...all('yaml', 'yaml yml'),
  ...all('html', 'html htm xhtml'),
  ...all('css', 'css'),
  ...all('scss', 'scss sass'),
  ...all('shell', 'sh bash zsh ksh'),
  ...all('python', 'py pyi pyw'),
  ...all('c', 'c h'),
  ...all('cpp', 'cc cpp cxx hpp hh hxx'),
  ...all('csharp', 'cs'),
  ...all('kotlin', 'kt kts'),
  ...all('terraform', 'tf tfvars'),
  ...all('text', 'txt text'),
  ...all('ini', 'ini cfg conf properties'),
  ...all('ruby', 'rb rake gemspec'),
  ...all('perl', 'pl pm'),
  ...all('elixir', 'ex exs'),
  ...all('erlang', 'erl hrl'),
  ...all('haskell', 'hs'),
  ...all('ocaml', 'ml mli'),
  ...all('fsharp', 'fs fsx'),
  ...all('objective-c', 'm mm'),
  ...all('clojure', 'clj cljs cljc edn'),
  ...all('graphql', 'graphql gql'),
  ...all('protobuf', 'proto'),
  ...all('powershell', 'ps1 psm1 psd1'),
  ...all('batch', 'bat cmd'),
  ...all('restructuredtext', 'rst'),
  ...all('asciidoc', 'adoc asciidoc'),
  ...Object.fromEntries(
    (
      'go rs:rust java scala groovy gradle:groovy php swift dart lua r jl:julia nim zig v sol:solidity vue svelte astro mdx less ' +
      'sql csv tsv toml xml xsd:xml xsl:xml svg ejs hbs:handlebars pug tex cmake prisma nix dockerfile diff patch:diff env:dotenv lock'
    )
      .split(' ')
      .map((pair) => [pair.split(':')[0], pair.split(':')[1] ?? pair]),
  ),
};

/** The language's name in lower case, or undefined when neither name nor ending is known. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (known !== undefined) return known;
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (name.includes('.') && Object.hasOwn(BY_ENDING, ending)) return BY_ENDING[ending];
  if (name.startsWith('.env.')) return 'dotenv';
  return name.startsWith('dockerfile.') ? 'dockerfile' : undefined;
}

function all(language: string, endings: string): Record<string, string> {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, language]));
}

/** How frameworks and tools give themselves away: a dependency in a manifest, or a file. */

export type StackKind =
  | 'runtime'
  | 'framework'
  | 'ui'
  | 'build'
  | 'test'
  | 'lint'
  | 'database'
  | 'ci'
  | 'container'
  | 'infrastructure'
  | 'package-manager'
  | 'docs'
  | 'messaging';

export interface StackFact {
  readonly name: string;
  readonly kind: StackKind;
}

/** By package name, over all ecosystems; an entry that ends in `/` stands for a whole scope. */
const PACKAGES: Readonly<Record<string, StackFact>> = Object.fromEntries([
  ...facts(
    'framework',
    'express:Express fastify:Fastify koa:Koa @nestjs/core:NestJS @hapi/hapi:hapi hono:Hono next:Next.js nuxt:Nuxt @remix-run/react:Remix @sveltejs/kit:SvelteKit astro:Astro gatsby:Gatsby electron:Electron django:Django flask:Flask fastapi:FastAPI starlette:Starlette rails:Rails sinatra:Sinatra github.com/gin-gonic/gin:Gin github.com/labstack/echo:Echo actix-web:Actix axum:Axum rocket:Rocket laravel/framework:Laravel symfony/framework-bundle:Symfony spring-boot-starter-web:Spring_Boot spring-boot-starter:Spring_Boot',
  ),
  ...facts(
    'ui',
    'react:React vue:Vue svelte:Svelte @angular/core:Angular solid-js:Solid preact:Preact lit:Lit react-native:React_Native tailwindcss:Tailwind_CSS',
  ),
  ...facts(
    'build',
    'typescript:TypeScript vite:Vite webpack:webpack rollup:Rollup esbuild:esbuild tsup:tsup rolldown:Rolldown parcel:Parcel @babel/core:Babel turbo:Turborepo nx:Nx lerna:Lerna',
  ),
  ...facts(
    'test',
    'vitest:Vitest jest:Jest mocha:Mocha ava:AVA tap:tap @playwright/test:Playwright cypress:Cypress pytest:pytest rspec:RSpec phpunit/phpunit:PHPUnit junit-jupiter:JUnit fast-check:fast-check supertest:SuperTest',
  ),
  ...facts(
    'lint',
    'eslint:ESLint prettier:Prettier @biomejs/biome:Biome oxlint:oxlint stylelint:Stylelint ruff:Ruff black:Black mypy:mypy rubocop:RuboCop',
  ),
  ...facts(
    'database',
    'pg:PostgreSQL postgres:PostgreSQL mysql2:MySQL mysql:MySQL better-sqlite3:SQLite sqlite3:SQLite mongodb:MongoDB mongoose:MongoDB redis:Redis ioredis:Redis @prisma/client:Prisma prisma:Prisma drizzle-orm:Drizzle typeorm:TypeORM sequelize:Sequelize knex:Knex kysely:Kysely psycopg2:PostgreSQL psycopg:PostgreSQL asyncpg:PostgreSQL sqlalchemy:SQLAlchemy diesel:Diesel sqlx:SQLx',
  ),
  ...facts('messaging', 'kafkajs:Kafka amqplib:RabbitMQ bullmq:BullMQ celery:Celery @grpc/grpc-js:gRPC'),
  ...facts(
    'docs',
    'typedoc:TypeDoc vitepress:VitePress @docusaurus/core:Docusaurus storybook:Storybook sphinx:Sphinx mkdocs:MkDocs',
  ),
]);

const FILES: readonly (readonly [RegExp, StackFact])[] = [
  [/(?:^|\/)package\.json$/, { name: 'Node.js', kind: 'runtime' }],
  [/(?:^|\/)deno\.jsonc?$/, { name: 'Deno', kind: 'runtime' }],
  [/(?:^|\/)bun\.lockb?$|(?:^|\/)bunfig\.toml$/, { name: 'Bun', kind: 'runtime' }],
  [
    /(?:^|\/)(?:pyproject\.toml|requirements[\w-]*\.txt|setup\.py|Pipfile)$/,
    { name: 'Python', kind: 'runtime' },
  ],
  [/(?:^|\/)go\.mod$/, { name: 'Go', kind: 'runtime' }],
  [/(?:^|\/)Cargo\.toml$/, { name: 'Rust', kind: 'runtime' }],
  [/(?:^|\/)Gemfile$/, { name: 'Ruby', kind: 'runtime' }],
  [/(?:^|\/)composer\.json$/, { name: 'PHP', kind: 'runtime' }],
  [/(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?)$/, { name: 'JVM', kind: 'runtime' }],
  [/\.csproj$|(?:^|\/)global\.json$/, { name: '.NET', kind: 'runtime' }],
  [/(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/, { name: 'npm', kind: 'package-manager' }],
  [/(?:^|\/)pnpm-(?:lock|workspace)\.yaml$/, { name: 'pnpm', kind: 'package-manager' }],
  [/(?:^|\/)yarn\.lock$/, { name: 'Yarn', kind: 'package-manager' }],
  [/(?:^|\/)poetry\.lock$/, { name: 'Poetry', kind: 'package-manager' }],
  [/(?:^|\/)uv\.lock$/, { name: 'uv', kind: 'package-manager' }],
  [/(?:^|\/)pom\.xml$/, { name: 'Maven', kind: 'build' }],
  [/(?:^|\/)build\.gradle(?:\.kts)?$/, { name: 'Gradle', kind: 'build' }],
  [/(?:^|\/)(?:GNU)?[Mm]akefile$/, { name: 'Make', kind: 'build' }],
  [/(?:^|\/)CMakeLists\.txt$/, { name: 'CMake', kind: 'build' }],
  [/(?:^|\/)tsconfig[\w.-]*\.json$/, { name: 'TypeScript', kind: 'build' }],
  [/^\.github\/workflows\/[^/]+\.ya?ml$/, { name: 'GitHub Actions', kind: 'ci' }],
  [/^\.gitlab-ci\.yml$/, { name: 'GitLab CI', kind: 'ci' }],
  [/^\.circleci\/config\.yml$/, { name: 'CircleCI', kind: 'ci' }],
  [/^azure-pipelines\.yml$/, { name: 'Azure Pipelines', kind: 'ci' }],
  [/(?:^|\/)Jenkinsfile$/, { name: 'Jenkins', kind: 'ci' }],
  [/(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$|\.dockerfile$/, { name: 'Docker', kind: 'container' }],
  [/(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/, { name: 'Docker Compose', kind: 'container' }],
  [/(?:^|\/)Chart\.yaml$/, { name: 'Helm', kind: 'infrastructure' }],
  [/\.tf$/, { name: 'Terraform', kind: 'infrastructure' }],
  [/(?:^|\/)(?:schema\.prisma|[^/]+\.prisma)$/, { name: 'Prisma', kind: 'database' }],
  [/(?:^|\/)(?:eslint\.config\.[mc]?[jt]s|\.eslintrc(?:\.\w+)?)$/, { name: 'ESLint', kind: 'lint' }],
  [/(?:^|\/)biome\.jsonc?$/, { name: 'Biome', kind: 'lint' }],
  [/(?:^|\/)(?:\.prettierrc(?:\.\w+)?|prettier\.config\.[mc]?[jt]s)$/, { name: 'Prettier', kind: 'lint' }],
  [/(?:^|\/)vite\.config\.[mc]?[jt]s$/, { name: 'Vite', kind: 'build' }],
  [/(?:^|\/)vitest\.config\.[mc]?[jt]s$/, { name: 'Vitest', kind: 'test' }],
  [/(?:^|\/)jest\.config\.\w+$/, { name: 'Jest', kind: 'test' }],
  [/(?:^|\/)playwright\.config\.[mc]?[jt]s$/, { name: 'Playwright', kind: 'test' }],
  [/(?:^|\/)pytest\.ini$/, { name: 'pytest', kind: 'test' }],
];

/** What a package of that name is, or undefined when it says nothing about the stack. */
export function factOfPackage(name: string): StackFact | undefined {
  return Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
}

/** What a file of that path shows to be in use. */
export function factsOfFile(path: string): readonly StackFact[] {
  return FILES.filter(([pattern]) => pattern.test(path)).map(([, fact]) => fact);
}

function facts(kind: StackKind, list: string): [string, StackFact][] {
  return list.split(' ').map((pair) => {
    const cut = pair.lastIndexOf(':');
    return [pair.slice(0, cut), { name: pair.slice(cut + 1).replaceAll('_', ' '), kind }];
  });
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the texts under test, with the variables of other languages
import { describe, expect, it } from 'vitest';
import { containerLint } from '../../../src/skills/devops/container-lint.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const lint = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(containerLint, files));
const dockerfile = (text: string, more: FolderContent = {}): Promise<string[]> =>
  lint({ Dockerfile: text, ...more });
const compose = (service: string): Promise<string[]> =>
  lint({ 'compose.yaml': `services:\n  a:\n${service}` });
const USER = 'USER app\n';

describe('container-lint: Dockerfiles', () => {
  it.each([
    ['no tag', 'FROM node\nUSER app\n', 'image-latest Dockerfile:1'],
    ['latest', 'FROM node:latest\nUSER app\n', 'image-latest Dockerfile:1'],
    [
      'a registry with a port and no tag',
      'FROM localhost:5000/team/app\nUSER app\n',
      'image-latest Dockerfile:1',
    ],
    ['latest by a variable', 'ARG TAG=latest\nFROM node:${TAG}\nUSER app\n', 'image-latest Dockerfile:2'],
    [
      'latest in a copied image',
      'FROM a:1\nCOPY --from=ghcr.io/x/uv:latest /uv /bin/\nUSER app\n',
      'image-latest Dockerfile:2',
    ],
    ['no user', 'FROM node:22\nCMD ["node"]\n', 'runs-as-root Dockerfile:1'],
    ['root in the end', 'FROM node:22\nUSER node\nRUN ls\nUSER root\n', 'runs-as-root Dockerfile:4'],
    ['user 0 with a group', 'FROM node:22\nUSER 0:0\n', 'runs-as-root Dockerfile:2'],
    [
      'a user only in an earlier stage',
      'FROM a:1 AS build\nUSER app\nFROM a:1\nRUN ls\n',
      'runs-as-root Dockerfile:3',
    ],
    ['a secret in ENV', 'FROM a:1\nENV DB_PASSWORD=hunter2-prod\nUSER app\n', 'secret-in-env Dockerfile:2'],
    [
      'a secret in the old ENV form',
      'FROM a:1\nENV API_KEY 9f8e7d6c5b4a\nUSER app\n',
      'secret-in-env Dockerfile:2',
    ],
    [
      'a secret as default of ARG',
      'FROM a:1\nARG NPM_TOKEN=n9d83hf73hf\nUSER app\n',
      'secret-in-env Dockerfile:2',
    ],
    [
      'a secret on a continued line',
      'FROM a:1\nENV A=1 \\\n    SECRET_KEY="kj3h4-k2j3h"\nUSER app\n',
      'secret-in-env Dockerfile:3',
    ],
    [
      'a password in a URL',
      'FROM a:1\nENV DATABASE_URL=postgres://app:k3rT9x@db/app\nUSER app\n',
      'secret-in-env Dockerfile:2',
    ],
    ['a download', 'FROM a:1\nADD https://x.org/a.tgz /\nUSER app\n', 'add-remote Dockerfile:2'],
    ['a missing source', 'FROM a:1\nCOPY missing.txt /\nUSER app\n', 'missing-copy-source Dockerfile:2'],
    [
      'a missing source in JSON form',
      'FROM a:1\nCOPY ["missing file", "/"]\nUSER app\n',
      'missing-copy-source Dockerfile:2',
    ],
    [
      'a pattern without a match',
      'FROM a:1\nCOPY config*.yaml /\nUSER app\n',
      'missing-copy-source Dockerfile:2',
    ],
  ])('reports %s', async (_title, text, place) => {
    expect(await dockerfile(text)).toEqual([place]);
  });

  it.each([
    ['a fixed tag', 'FROM node:22.1-slim\nUSER node\n'],
    ['a digest', `FROM node@sha256:${'a'.repeat(64)}\nUSER node\n`],
    ['a stage as base', 'FROM node:22 AS base\nFROM base AS run\nUSER node\n'],
    ['a stage as base in other letters', 'FROM node:22 AS Base\nFROM base\nUSER node\n'],
    ['scratch', 'FROM scratch\nCOPY --from=0 /a /a\nUSER 1000\nCMD ["/a"]\n'],
    ['a tag whose value comes from outside', 'ARG TAG\nFROM node:${TAG}\nUSER node\n'],
    ['a tag by a variable', 'ARG V=22\nFROM node:${V}-slim\nUSER node\n'],
    ['a tag by a default in place', 'FROM node:${V:-22}\nUSER node\n'],
    ['a user from the base stage', 'FROM a:1 AS base\nUSER app\nFROM base\nRUN ls\n'],
    ['root for a while', 'FROM a:1\nUSER root\nRUN ls\nUSER app\n'],
    ['a user by a variable', 'FROM a:1\nARG UID=1000\nUSER ${UID}\n'],
    ['a base that is not root', 'FROM gcr.io/distroless/nodejs22-debian12:nonroot\nCMD ["a.js"]\n'],
    [
      'a stage that only hands files out',
      'FROM a:1 AS build\nUSER app\nFROM scratch\nCOPY --from=build /a /\n',
    ],
    ['a database that changes its user by itself', 'FROM postgres:16\nRUN ls\n'],
    ['an entrypoint that steps down', 'FROM a:1\nRUN apt-get install -y gosu\nENTRYPOINT ["/entry.sh"]\n'],
    [
      'a secret from outside',
      'FROM a:1\nARG TOKEN\nENV TOKEN=$TOKEN DB_PASSWORD="" API_KEY=${KEY:-}\nUSER app\n',
    ],
    [
      'the path of a secret',
      'FROM a:1\nENV PASSWORD_FILE=/run/secrets/p DB_PASSWORD=/run/secrets/db\nUSER app\n',
    ],
    [
      'a placeholder',
      'FROM a:1\nENV SECRET_KEY=changeme API_KEY=your-api-key TOKEN=dummy-for-build\nUSER app\n',
    ],
    [
      'names that only sound secret',
      'FROM a:1\nENV MAX_TOKENS=4096 TOKEN_TTL=3600s PASSWORD_MIN_LENGTH=12char TOKENIZERS_PARALLELISM=false MONKEY=banana42\nUSER app\n',
    ],
    [
      'an address for the build alone',
      'FROM a:1\nENV DATABASE_URL=postgresql://user:pass@localhost:5432/dummy\nUSER app\n',
    ],
    ['a URL without password', 'FROM a:1\nENV DATABASE_URL=postgres://db:5432/app\nUSER app\n'],
    [
      'a checked download',
      `FROM a:1\nADD --checksum=sha256:${'a'.repeat(64)} https://x.org/a.tgz /\nUSER app\n`,
    ],
    ['a repository at a commit', `FROM a:1\nADD https://github.com/a/b.git#${'a'.repeat(40)} /\nUSER app\n`],
    ['the context itself', 'FROM a:1\nCOPY . .\nCOPY ./ /app\nUSER app\n'],
    [
      'files of a stage',
      'FROM a:1 AS b\nFROM a:1\nCOPY --from=b /x /y\nCOPY --from=0 --chown=app /x /y\nUSER app\n',
    ],
    ['a heredoc', 'FROM a:1\nCOPY <<EOF /etc/app.conf\nname missing\nEOF\nUSER app\n'],
    ['what a build makes', 'FROM a:1\nCOPY dist/ /app\nCOPY target/app.jar /app.jar\nUSER app\n'],
    ['a source by an unknown variable', 'FROM a:1\nARG FILE\nCOPY $FILE /\nUSER app\n'],
    ['COPY for images built on this one', 'FROM a:1\nONBUILD COPY missing /\nUSER app\n'],
    ['words in comments', 'FROM a:1\n# COPY missing /\n# ENV PASSWORD=hunter2-prod\nUSER app\n'],
  ])('leaves alone: %s', async (_title, text) => {
    expect(await dockerfile(text)).toEqual([]);
  });

  it('finds sources beside the Dockerfile, at the root, and in the context that Compose names', async () => {
    const text = `FROM a:1\nCOPY own.txt top.txt there.txt bin.dat pack*.json lock* /\n${USER}`;
    const files = {
      'docker/own.txt': 'x',
      'top.txt': 'x',
      'app/there.txt': 'x',
      'bin.dat': new Uint8Array([0, 1, 2]),
      'package.json': '{}',
    };
    const composeFile =
      'services:\n  a:\n    build:\n      context: app\n      dockerfile: ../docker/Dockerfile\n';
    expect(await lint({ 'docker/Dockerfile': text, 'compose.yaml': composeFile, ...files })).toEqual([]);
  });

  it('does not miss what `.gitignore` keeps out of the repository', async () => {
    expect(await dockerfile(`FROM a:1\nCOPY site /\n${USER}`, { '.gitignore': 'site/\n' })).toEqual([]);
  });

  it('masks the secret in the evidence', async () => {
    const artifact = await reviewFolder(containerLint, {
      Dockerfile: `FROM a:1\nENV DB_PASSWORD=hunter2-prod\n${USER}`,
    });
    expect(artifact.findings[0]?.location).toMatchObject({
      excerpt: expect.stringMatching(/^ENV DB_PASSWORD=h\w{0,3}\*{8}$/),
      masked: true,
    });
    expect(JSON.stringify(artifact)).not.toContain('hunter2-prod');
  });

  it('reads templates and ignore files as what they are', async () => {
    const artifact = await reviewFolder(containerLint, {
      'Dockerfile.j2': 'FROM {{ x }}\n',
      'Dockerfile.dockerignore': 'node\n',
    });
    expect(artifact.status).toBe('not-applicable');
  });
});

describe('container-lint: Compose files', () => {
  it.each([
    [
      'a privileged service',
      '    image: a:1\n    privileged: true\n',
      ['privileged-container compose.yaml:4'],
    ],
    [
      "the engine's socket",
      '    image: a:1\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n',
      ['host-socket-mount compose.yaml:5'],
    ],
    [
      'the socket in the long form',
      '    image: a:1\n    volumes:\n      - type: bind\n        source: /run/docker.sock\n        target: /s\n',
      ['host-socket-mount compose.yaml:5'],
    ],
    ['an image without tag', '    image: nginx\n', ['image-latest compose.yaml:3']],
    [
      'a secret in a mapping',
      '    image: a:1\n    environment:\n      JWT_SECRET: 8fj3k-2kd9f-sk3\n',
      ['secret-in-env compose.yaml:5'],
    ],
    [
      'a secret in a list',
      '    image: a:1\n    environment:\n      - A=1\n      - API_KEY=8fj3k2kd9f\n',
      ['secret-in-env compose.yaml:6'],
    ],
    [
      'a password in a URL',
      '    image: a:1\n    environment:\n      URL: amqp://svc:Zk39dk2l@mq\n',
      ['secret-in-env compose.yaml:5'],
    ],
  ])('reports %s', async (_title, service, places) => {
    expect(await compose(service)).toEqual(places);
  });

  it.each([
    ['privileged: false', '    image: a:1\n    privileged: false\n'],
    ['another volume', '    image: a:1\n    volumes:\n      - ./docker.sock.d:/x\n      - data:/var/lib\n'],
    [
      'a filtering proxy for the socket',
      '    image: tecnativa/docker-socket-proxy:0.3\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n',
    ],
    ['the name of a built image', '    build: .\n    image: app\n'],
    ['a tag that the deployer chooses', '    image: app:${TAG:-latest}\n'],
    [
      'secrets from outside',
      '    image: a:1\n    environment:\n      A_TOKEN: ${A_TOKEN}\n      B_TOKEN: ${B_TOKEN:?missing}\n      C_TOKEN:\n      D_PASSWORD_FILE: /run/secrets/d\n',
    ],
    [
      'throw-away passwords',
      '    image: a:1\n    environment:\n      PG_PASSWORD: mysecretpassword\n      POSTGRES_PASSWORD: postgres\n      MYSQL_ROOT_PASSWORD: root\n      MINIO_SECRET_KEY: minioadmin\n      URL: postgres://postgres:postgres@db/app\n',
    ],
    [
      'a password equal to its user',
      '    image: a:1\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: shop\n',
    ],
    ['a list entry without value', '    image: a:1\n    environment:\n      - API_TOKEN\n'],
  ])('leaves alone: %s', async (_title, service) => {
    expect(await compose(service)).toEqual([]);
  });

  it('follows anchors and merge keys', async () => {
    const text =
      'x-base: &base\n  image: a:1\n  privileged: true\nservices:\n  a:\n    <<: *base\n  b:\n    <<: *base\n    privileged: false\n';
    expect(await lint({ 'docker-compose.prod.yml': text })).toEqual([
      'privileged-container docker-compose.prod.yml:3',
    ]);
  });

  it('reports a secret in a shared anchor once', async () => {
    const text =
      'x-env: &env\n  API_KEY: 8fj3k2kd9f\nservices:\n  a:\n    image: a:1\n    environment: *env\n  b:\n    image: a:1\n    environment: *env\n';
    expect(await lint({ 'compose.yaml': text })).toEqual(['secret-in-env compose.yaml:2']);
  });

  it('lists services and stages, and says which file it could not parse', async () => {
    const artifact = await reviewFolder(containerLint, {
      'compose.yml': 'services:\n  a:\n    image: a:1\n',
      'docker-compose.bad.yml': 'a: [\n',
      'api.Dockerfile': 'FROM node:22 AS build\nFROM build\nUSER node\n',
    });
    expect(artifact.data).toMatchObject({
      dockerfiles: [
        {
          path: 'api.Dockerfile',
          user: 'node',
          stages: [
            { name: 'build', image: 'node:22' },
            { name: null, image: 'build' },
          ],
        },
      ],
      composeFiles: [{ path: 'compose.yml', services: [{ name: 'a', image: 'a:1' }] }],
      notParsed: [{ path: 'docker-compose.bad.yml' }],
    });
    expect(artifact.evidence).toHaveLength(2);
  });
});

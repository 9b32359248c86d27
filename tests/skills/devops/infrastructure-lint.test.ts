import { describe, expect, it } from 'vitest';
import { infrastructureLint } from '../../../src/skills/devops/infrastructure-lint.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const lint = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(infrastructureLint, files));

const LIMITS = '          resources: { limits: { memory: 64Mi } }\n';
/** `container` goes on from line 10, `pod` follows it. */
const deployment = (container: string, pod = '', image = 'web:1.2'): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image}\n${LIMITS}${container}${pod}`;
const check = (text: string, more: FolderContent = {}): Promise<string[]> =>
  lint({ 'k8s/web.yaml': text, ...more });

describe('infrastructure-lint', () => {
  it.each([
    [
      'a privileged container',
      deployment('          securityContext:\n            privileged: true\n'),
      'k8s-privileged k8s/web.yaml:13',
    ],
    [
      'a capability that is as good',
      deployment('          securityContext:\n            capabilities:\n              add: [SYS_ADMIN]\n'),
      'k8s-privileged k8s/web.yaml:14',
    ],
    [
      'the network of the node',
      deployment('', '      hostNetwork: true\n'),
      'k8s-host-access k8s/web.yaml:12',
    ],
    [
      'the socket of the engine',
      deployment(
        '',
        '      volumes:\n        - name: a\n          hostPath:\n            path: /var/run/docker.sock\n',
      ),
      'k8s-host-access k8s/web.yaml:15',
    ],
    ['an image without a tag', deployment('', '', 'registry:5000/web'), 'k8s-image-latest k8s/web.yaml:10'],
    ['the tag latest', deployment('', '', 'web:latest'), 'k8s-image-latest k8s/web.yaml:10'],
    ['no memory limit', deployment('').replace(LIMITS, ''), 'k8s-no-limits k8s/web.yaml:9'],
    [
      'user 0',
      deployment('          securityContext:\n            runAsUser: 0\n'),
      'k8s-runs-as-root k8s/web.yaml:13',
    ],
    [
      'a secret in the environment',
      deployment('          env:\n            - name: DB_PASSWORD\n              value: k3rT9x-Vb72\n'),
      'k8s-secret-in-env k8s/web.yaml:14',
    ],
    [
      'a secret in a ConfigMap',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  API_KEY: sk-Zk3Qw9Lx7Vb2Nm5R\n',
      'k8s-secret-in-env k8s/web.yaml:5',
    ],
  ])('reports %s', async (_title, text, place) => {
    expect(await check(text)).toEqual([place]);
  });

  it.each([
    ['a digest', deployment('', '', `web@sha256:${'a'.repeat(64)}`)],
    ['an image that a pipeline names', deployment('', '', '$IMAGE')],
    ['a container that is not privileged', deployment('          securityContext: { privileged: false }\n')],
    [
      'a user of the container over root of the pod',
      deployment(
        '          securityContext: { runAsUser: 1000 }\n',
        '      securityContext: { runAsUser: 0 }\n',
      ),
    ],
    [
      'a secret that is referred to',
      deployment(
        '          env:\n            - name: DB_PASSWORD\n              valueFrom: { secretKeyRef: { name: db, key: password } }\n',
      ),
    ],
    [
      'a path of a secret',
      deployment(
        '          env:\n            - name: DB_PASSWORD_FILE\n              value: /run/secrets/db\n',
      ),
    ],
    [
      'a folder of logs that is only read',
      deployment('', '      volumes:\n        - name: a\n          hostPath: { path: /var/log }\n'),
    ],
    [
      'a patch that names no image',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web }] } } }\n',
    ],
  ])('says nothing of %s', async (_title, text) => {
    expect(await check(text)).toEqual([]);
  });

  it('takes tags from a kustomization, and limits from a LimitRange', async () => {
    const files = {
      'k8s/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n  - name: web\n    newTag: "1.2"\n',
      'k8s/limits.yaml': 'apiVersion: v1\nkind: LimitRange\nmetadata: { name: all }\n',
    };
    expect(await check(deployment('', '', 'web').replace(LIMITS, ''), files)).toEqual([]);
  });

  it('reads CronJobs, Lists and several documents of a file', async () => {
    const pod = '{ containers: [{ name: a, image: "a:latest", resources: { limits: { memory: 1Gi } } }] }';
    const text = `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: a }\nspec: { jobTemplate: { spec: { template: { spec: ${pod} } } } }\n---\napiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Pod, metadata: { name: b }, spec: ${pod} }\n`;
    expect(await check(text)).toEqual(['k8s-image-latest k8s/web.yaml:4', 'k8s-image-latest k8s/web.yaml:9']);
  });

  it('masks the secret in the excerpt', async () => {
    const artifact = await reviewFolder(infrastructureLint, {
      'a.yaml': deployment(
        '          env:\n            - name: API_TOKEN\n              value: qW3rTy-99-zXcVb\n',
      ),
    });
    expect(JSON.stringify(artifact)).not.toContain('qW3rTy-99-zXcVb');
  });

  it('names templates and broken files, and what it did not read', async () => {
    const artifact = await reviewFolder(infrastructureLint, {
      'chart/templates/web.yaml': deployment('', '', '{{ .Values.image }}:latest'),
      'k8s/bad.yaml': 'apiVersion: v1\nkind: Pod\nspec: [\n',
      'k8s/web.yaml': deployment(''),
    });
    expect(artifact.data['skipped']).toEqual([
      { path: 'chart/templates/web.yaml', reason: 'It is a template; only its engine can fill it.' },
      { path: 'k8s/bad.yaml', reason: expect.stringMatching(/./) },
    ]);
  });

  it.each([
    ['other YAML', { 'compose.yaml': 'services: {}\n', 'a.yaml': 'kind: thing\n' }],
    [
      'templates alone',
      { 'templates/a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: {{ .Name }} }\n' },
    ],
    ['test data', { 'test/fixtures/a.yaml': deployment('', '', 'a') }],
  ])('is not applicable to %s', async (_title, files) => {
    expect(await reviewFolder(infrastructureLint, files)).toMatchObject({
      status: 'not-applicable',
      findings: [],
    });
  });
});

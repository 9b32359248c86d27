/** The rules of the infrastructure check. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const KUBERNETES_RULES = {
  privileged: {
    id: 'k8s-privileged',
    severity: 'error',
    title: 'Privileged container in a manifest',
    help: 'It reaches every device of the node. Drop all capabilities and add back the single ones it needs.',
  },
  host: {
    id: 'k8s-host-access',
    severity: 'error',
    title: 'Pod shares the node it runs on',
    help: "Whoever controls the pod reaches the node's network, processes, container engine or files. Use a Service, or a volume of its own.",
  },
  latest: {
    id: 'k8s-image-latest',
    severity: 'warning',
    title: 'Manifest names an image without a fixed tag',
    help: 'The next restart may run something else. Name a version tag or a digest.',
  },
  limits: {
    id: 'k8s-no-limits',
    severity: 'info',
    title: 'Container without a memory limit',
    help: 'One leak takes the node down. Set `resources.limits.memory`, or a LimitRange for the namespace.',
  },
  root: {
    id: 'k8s-runs-as-root',
    severity: 'warning',
    title: 'Manifest runs a container as root',
    help: 'A fault in the program then owns the container. Set `runAsNonRoot: true` and a user other than 0.',
  },
  secret: {
    id: 'k8s-secret-in-env',
    severity: 'critical',
    title: 'Secret written into a manifest',
    help: 'Everyone who reads the repository or the object has it. Use `valueFrom.secretKeyRef`, and change the secret.',
  },
} as const satisfies Record<string, RuleInfo>;

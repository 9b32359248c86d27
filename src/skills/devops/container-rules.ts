/** The rules of the container check. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const CONTAINER_RULES = {
  latest: {
    id: 'image-latest',
    severity: 'warning',
    title: 'Image without a fixed tag',
    help: 'The same file builds something else tomorrow. Name a version tag or a digest.',
  },
  root: {
    id: 'runs-as-root',
    severity: 'warning',
    title: 'Container runs as root',
    help: 'A fault in the program then owns the container. Add a user and switch to it with `USER` in the final stage.',
  },
  secret: {
    id: 'secret-in-env',
    severity: 'critical',
    title: 'Secret written into the image or the compose file',
    help: 'Everyone who has the image or the repository has the secret. Pass it at run time or as a build secret, and change it.',
  },
  remote: {
    id: 'add-remote',
    severity: 'warning',
    title: 'ADD downloads without a check',
    help: 'What comes back may change. Add `--checksum=`, or download with a check in a `RUN` step.',
  },
  source: {
    id: 'missing-copy-source',
    severity: 'error',
    title: 'COPY of something that is not there',
    help: 'The build stops at this line. Correct the path, which is relative to the build context.',
  },
  socket: {
    id: 'host-socket-mount',
    severity: 'error',
    title: "The container gets the host's container engine",
    help: 'Whoever controls the container can start any other with full rights on the host. Leave the socket out or put a filtering proxy before it.',
  },
  privileged: {
    id: 'privileged-container',
    severity: 'error',
    title: 'Privileged container',
    help: 'The container can reach every device of the host. Grant single capabilities with `cap_add` instead.',
  },
} as const satisfies Record<string, RuleInfo>;

import { availableParallelism, platform, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { getPlatformInfo, type PlatformSources } from '../../src/config/platform.ts';

/** A Linux machine with 8 CPUs, 1000 bytes and the given files. */
function linux(files: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const sources: PlatformSources = {
    platform: 'linux',
    environment,
    home: '/home/me',
    readText: (path) => files[path],
    cpuCount: 8,
    memoryBytes: 1000,
  };
  return getPlatformInfo(sources);
}

describe('getPlatformInfo', () => {
  it('tells about this machine', () => {
    const info = getPlatformInfo();
    expect(info).toMatchObject({ os: platform(), arch: process.arch, nodeVersion: process.version.slice(1) });
    expect(info.cpuCount).toBeGreaterThanOrEqual(1);
    expect(info.cpuCount).toBeLessThanOrEqual(availableParallelism());
    expect(info.memoryBytes).toBeLessThanOrEqual(totalmem());
    expect(Object.isFrozen(info)).toBe(true);
  });

  it('knows Linux inside Windows by its kernel', () => {
    expect(linux({ '/proc/sys/kernel/osrelease': '5.15.90.1-microsoft-standard-WSL2\n' }).isWSL).toBe(true);
    expect(linux({ '/proc/sys/kernel/osrelease': '6.1.0-18-amd64\n' }).isWSL).toBe(false);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['Docker’s file', { '/.dockerenv': '' }, {}],
    ['Podman’s file', { '/run/.containerenv': '' }, {}],
    ['the control group', { '/proc/1/cgroup': '0::/kubepods/besteffort/pod1' }, {}],
    ['Kubernetes’ variable', {}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  ])('knows a container by %s', (_, files, environment) => {
    expect(linux(files, environment).isContainer).toBe(true);
  });

  it('takes no machine for a container', () => {
    expect(linux({ '/proc/1/cgroup': '0::/init.scope' }).isContainer).toBe(false);
  });

  it.each<[Record<string, string>, boolean]>([
    [{ CI: 'true' }, true],
    [{ CI: '1' }, true],
    [{ GITHUB_ACTIONS: 'true' }, true],
    [{ CI: 'false', GITHUB_ACTIONS: 'true' }, false],
    [{ CI: '' }, false],
    [{}, false],
  ])('with %j says %s for continuous integration', (environment, isCI) => {
    expect(linux({}, environment).isCI).toBe(isCI);
  });

  it.each<[string, Record<string, string>, number]>([
    ['a quota of version 2', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['no quota of version 2', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 8],
    [
      'a quota of version 1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' },
      1,
    ],
    [
      'no quota of version 1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' },
      8,
    ],
    ['a quota above the machine', { '/sys/fs/cgroup/cpu.max': '9900000 100000' }, 8],
  ])('counts CPUs with %s', (_, files, cpuCount) => {
    expect(linux(files).cpuCount).toBe(cpuCount);
  });

  it('takes the lesser of the machine’s memory and the container’s', () => {
    expect(linux({ '/sys/fs/cgroup/memory.max': '400\n' }).memoryBytes).toBe(400);
    expect(linux({ '/sys/fs/cgroup/memory.max': 'max\n' }).memoryBytes).toBe(1000);
    expect(linux({ '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' }).memoryBytes).toBe(
      1000,
    );
  });

  it('finds folders by the custom of each platform', () => {
    expect(linux({}, { XDG_CACHE_HOME: '/var/cache/me', XDG_DATA_HOME: 'relative' }).paths).toEqual({
      config: '/home/me/.config/orchestrator',
      cache: '/var/cache/me/orchestrator',
      data: '/home/me/.local/share/orchestrator',
    });
    expect(getPlatformInfo({ platform: 'darwin', environment: {}, home: '/Users/me' }).paths).toEqual({
      config: '/Users/me/Library/Application Support/orchestrator',
      cache: '/Users/me/Library/Caches/orchestrator',
      data: '/Users/me/Library/Application Support/orchestrator',
    });
    const windows = getPlatformInfo({
      platform: 'win32',
      environment: { APPDATA: 'C:\\Roaming' },
      home: '/me',
    });
    expect(windows.paths.config).toContain('C:\\Roaming');
    expect(windows.paths.cache).toContain('AppData');
  });
});

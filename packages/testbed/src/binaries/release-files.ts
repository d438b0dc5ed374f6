import type { KubernetesRelease } from './kubernetes-release.ts';
import { programs, type Program } from './programs.ts';
import type { Platform } from './source.ts';

/** A file of an official release. */
export interface ReleaseFile {
  readonly program: Program;
  readonly fileName: string;
  readonly url: string;
  /** Holds the SHA-256 in hexadecimal, alone or in lines of `checksum  file name`. */
  readonly checksumUrl: string;
  /** For a tar archive: the program's path inside. */
  readonly archivePath?: string;
}

function etcdFile({ etcdVersion }: KubernetesRelease, { os, architecture }: Platform): ReleaseFile {
  const release = `https://github.com/etcd-io/etcd/releases/download/${etcdVersion}`;
  const name = `etcd-${etcdVersion}-${os}-${architecture}`;
  return {
    program: 'etcd',
    fileName: `${name}.tar.gz`,
    url: `${release}/${name}.tar.gz`,
    checksumUrl: `${release}/SHA256SUMS`,
    archivePath: `${name}/etcd`,
  };
}

function kubernetesFile(program: Program, version: string, { os, architecture }: Platform): ReleaseFile {
  const url = `https://dl.k8s.io/release/${version}/bin/${os}/${architecture}/${program}`;
  return { program, fileName: program, url, checksumUrl: `${url}.sha256` };
}

/** What to download for a platform. Kubernetes publishes its servers for Linux alone. */
export function buildReleaseFiles(release: KubernetesRelease, platform: Platform): ReleaseFile[] {
  return programs.map((program) =>
    program === 'etcd' ? etcdFile(release, platform) : kubernetesFile(program, release.version, platform),
  );
}

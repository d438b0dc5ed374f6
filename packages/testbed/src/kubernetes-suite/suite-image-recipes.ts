import type { ImageRecipe } from '../images/image-recipes.ts';
import type { SuitePrograms } from './suite-programs.ts';

/** An image of the suite: what it is called, and what is in it. */
export interface SuiteImageRecipe {
  /** With the registry, as the suite asks for it; without the tag. */
  readonly repository: string;
  readonly tag: string;
  readonly recipe: ImageRecipe;
  /** Programs of this machine, by path in the image; the first is copied, the others are links to it. */
  readonly programs: readonly {
    readonly source: string;
    readonly paths: readonly [string, ...string[]];
    readonly mode: number;
  }[];
  /** Programs of Debian, with their libraries. */
  readonly debianPrograms: readonly string[];
  /** Replaced links, by path. */
  readonly links: Readonly<Record<string, string>>;
  /** Replaced or added texts, by path. */
  readonly texts: Readonly<Record<string, string>>;
}

const suiteRegistry = 'registry.k8s.io/e2e-test-images';
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const busyboxConfig = { Cmd: ['sh'], Env: [path] } as const;

/** The users that the real image has: a spec looks for the second one's group. */
const agnhostUsers = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\nuser-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n',
  'etc/group':
    'root:x:0:root\nnobody:x:65534:\nuser-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n',
};

/** Serves nothing in particular: the specs want it to run, and to have a page. */
const webServerConfig = { Entrypoint: ['/agnhost'], Cmd: ['test-webserver'], Env: [path] } as const;

/** The shell of the real image hands on variables whose names are no identifiers, as specs expect; Debian's busybox does not. */
const handsOnVariables = { debianPrograms: ['/usr/bin/bash'], links: { 'bin/sh': '/usr/bin/bash' } } as const;

function imageOf(
  name: string,
  tag: string,
  parts: Partial<SuiteImageRecipe> & { readonly config: ImageRecipe['config']; readonly shell?: boolean },
): SuiteImageRecipe {
  const { config, shell = true, repository = `${suiteRegistry}/${name}`, ...rest } = parts;
  const nothing = { programs: [], debianPrograms: [], links: {}, texts: {} };
  return { ...nothing, ...rest, repository, tag, recipe: { programs: shell, files: {}, config } };
}

/**
 * What stands in for the images that the node specs use, made of busybox and agnhost; names and tags are those of the
 * Kubernetes release of the testbed (`test/utils/image/manifest.go`).
 */
export function suiteImageRecipes({ agnhost }: SuitePrograms): readonly SuiteImageRecipe[] {
  const programs = [{ source: agnhost, paths: ['agnhost', 'agnhost-2'], mode: 0o755 }] as const;
  const agnhostConfig = { Entrypoint: ['/agnhost'], Cmd: ['pause'], Env: [path] };
  const agnhostParts = { config: agnhostConfig, programs, debianPrograms: ['/usr/bin/curl'], texts: agnhostUsers };
  return [
    imageOf('agnhost', '2.63.0', agnhostParts),
    imageOf('agnhost', '2.55', agnhostParts),
    imageOf('busybox', '1.37.0-1', { ...handsOnVariables, config: busyboxConfig }),
    imageOf('nginx', '1.15-4', { config: webServerConfig, programs }),
    imageOf('nginx', '1.27-0', { config: webServerConfig, programs }),
    // Says who it is and holds the bit that would make it root, as the real one does.
    imageOf('nonewprivs', '1.4', {
      config: { Cmd: ['agnhost', 'nonewprivs'], Env: [path] },
      programs: [{ source: agnhost, paths: ['usr/local/bin/agnhost'], mode: 0o6755 }],
    }),
    imageOf('nonroot', '1.5', { config: { ...busyboxConfig, User: '1234' } }),
    imageOf('pause', '3.10.2', {
      config: { Entrypoint: ['/agnhost', 'pause'], Env: [path] },
      repository: 'registry.k8s.io/pause',
      programs,
      shell: false,
    }),
  ];
}

/** Names of the images that are made for tests. */
export type TestImageName = 'busybox' | 'entrypoint' | 'no-shell';

/** What an image holds and says about itself: a subset of the OCI image configuration. */
export interface ImageRecipe {
  /** Whether it has a shell and the usual programs, or only `/busybox`. */
  readonly programs: boolean;
  /** Files besides, by path; all are executable. */
  readonly files: Readonly<Record<string, string>>;
  readonly config: {
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Env: readonly string[];
    readonly WorkingDir?: string;
    readonly User?: string;
  };
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One argument a line, then where and who it is. */
const entrypointScript = `#!/bin/sh
printf 'argument=%s\\n' "$@"
printf 'greeting=%s\\n' "$GREETING"
printf 'directory=%s\\n' "$(pwd)"
printf 'user=%s\\n' "$(id -u):$(id -g)"
`;

/** `busybox` is a plain shell; `entrypoint` says what it was started with; `no-shell` sleeps and has nothing to `exec` but `/busybox`. */
export const imageRecipes: Readonly<Record<TestImageName, ImageRecipe>> = {
  busybox: { programs: true, files: {}, config: { Cmd: ['sh'], Env: [path] } },
  entrypoint: {
    programs: true,
    files: { entrypoint: entrypointScript },
    config: {
      Entrypoint: ['/entrypoint', 'of the image'],
      Cmd: ['command', 'of the image'],
      Env: [path, 'GREETING=hello world'],
      WorkingDir: '/srv',
      User: '1000:1000',
    },
  },
  'no-shell': { programs: false, files: {}, config: { Entrypoint: ['/busybox'], Cmd: ['sleep', '3600'], Env: [path] } },
};

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programs, type Program } from '../binaries/programs.ts';

/** Writes an executable shell script. */
export async function writeScript(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** Fills a directory with executables named as the programs. */
export async function writeFakePrograms(directory: string, names: readonly Program[] = programs): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of names) await writeScript(join(directory, name), `echo ${name}`);
}

/** A `go` that notes its calls in `<directory>/calls`, says what packages it compiles and writes what it is told to build. */
export async function writeFakeGo(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const script = `
echo "$1" >> '${join(directory, 'calls')}'
case "$1" in
  list) printf 'a/one\\na/two\\n' ;;
  build)
    echo a/one >&2
    while [ $# -gt 1 ]; do
      if [ "$1" = -o ]; then printf '#!/bin/sh\\n' > "$2"; chmod 755 "$2"; fi
      shift
    done
    echo a/two >&2 ;;
esac`;
  await writeScript(join(directory, 'go'), script);
}

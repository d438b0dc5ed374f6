import type { TestContext } from 'vitest';
import { runCommand } from '../src/host/run-command.ts';

const hide =
  'while [[ $1 != -- ]]; do tool=$(type -P "$1"); [[ -z $tool ]] || mount --bind /dev/null "$(readlink -f "$tool")"; shift; done';

/** Words before a command that runs it on a machine which lacks these programs. */
export function withoutTools(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return ['unshare', '--mount', 'bash', '--norc', '-c', `${hide}; shift; exec "$@"`, 'hide', ...names, '--'];
}

/** Skips a test whose programs cannot be hidden here. */
export async function skipUnlessMaskable({ skip }: TestContext): Promise<void> {
  const { exitCode, stderr } = await runCommand(['unshare', '--mount', 'true']);
  skip(exitCode !== 0, `programs cannot be hidden: ${stderr}`);
}

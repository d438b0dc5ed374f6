import type { Host } from '../contract/host.ts';

/** What a program says of its version; undefined where it is not installed, or fails. */
export async function versionOf(host: Host, argv: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await host.run(argv);
    return exitCode === 0 ? stdout.trim() : undefined;
  } catch {
    // Not installed.
    return undefined;
  }
}

import type { Host } from '../contract/host.ts';

/** What a machine has for probes that bash cannot carry out by itself. */
export interface ProbeTools {
  readonly https: boolean;
  readonly grpc: boolean;
}

/** Looks on the machine from which jobs are submitted; those on which they run are taken to have the same. */
export async function findProbeTools(host: Host): Promise<ProbeTools> {
  const [curl, health] = await Promise.all([
    ask(host, 'curl', '--version'),
    ask(host, 'grpc_health_probe', '-version'),
  ]);
  return { https: curl !== undefined, grpc: health !== undefined || curl?.includes('HTTP2') === true };
}

/** What a program prints; undefined where it is not installed. */
async function ask(host: Host, program: string, option: string): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await host.run([program, option]);
    return exitCode === 0 ? stdout : undefined;
  } catch {
    // Not installed.
    return undefined;
  }
}

import type { Capacity, Host, Scheduler } from '@interlink/batch';
import { parseQuantity } from '@interlink/plugin-sdk';
import { BackendError, type PingResponse } from '@interlink/spec';

/** What is reported in place of what the scheduler says. */
export interface CapacitySources {
  readonly capacity?: Capacity;
  /** Program that prints a ping answer as JSON, as for the Go plugin. */
  readonly capacityScript?: string;
}

/** The scheduler with another capacity: what is configured wins over the script's, the script's over the scheduler's. */
export function addCapacity(scheduler: Scheduler, host: Host, sources: CapacitySources): Scheduler {
  const { capacity: configured = {}, capacityScript } = sources;
  return {
    ...scheduler,
    async capacity() {
      const own = await scheduler.capacity();
      const said = capacityScript === undefined ? {} : await runScript(host, capacityScript);
      const extended = { ...own.extended, ...said.extended, ...configured.extended };
      const taints = [...(said.taints ?? own.taints ?? []), ...(configured.taints ?? [])];
      return { ...own, ...said, ...configured, extended, taints };
    },
  };
}

async function runScript(host: Host, script: string): Promise<Capacity> {
  const { exitCode, stdout } = await host.run([script]);
  if (exitCode !== 0) throw new BackendError(`the capacity script ended with exit code ${exitCode}`);
  try {
    return parseCapacity(JSON.parse(stdout) as PingResponse);
  } catch (error) {
    throw new BackendError(`the capacity script printed no ping answer: ${(error as Error).message}`, { cause: error });
  }
}

function parseCapacity({ resources, taints }: PingResponse): Capacity {
  const { cpu, memory, pods, accelerators } = resources ?? {};
  const extended = (accelerators ?? []).flatMap(({ resourceType, available }) =>
    resourceType === undefined || available === undefined ? [] : [[resourceType, Number(available)] as const],
  );
  return {
    ...(cpu ? { cpuCores: parseQuantity(String(cpu)) } : {}),
    ...(memory ? { memoryBytes: parseQuantity(String(memory)) } : {}),
    ...(pods ? { pods: parseQuantity(String(pods)) } : {}),
    extended: Object.fromEntries(extended),
    ...(taints ? { taints } : {}),
  };
}

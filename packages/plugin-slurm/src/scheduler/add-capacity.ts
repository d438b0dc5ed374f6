import type { Capacity, Host, Scheduler } from '@interlink/batch';
import { parseQuantity } from '@interlink/plugin-sdk';
import type { Clock, Logger } from '@interlink/runtime';
import { isInterLinkError, parseWire, UnavailableError, type PingResponse } from '@interlink/spec';
import { createCachedValue } from './cached-value.ts';

/** What is reported in place of what the scheduler says. */
export interface CapacitySources {
  readonly capacity?: Capacity;
  /** Program that prints a ping answer as JSON, as for the Go plugin. */
  readonly capacityScript?: string;
}

/** What {@link addCapacity} runs the script with. */
export interface CapacityContext {
  readonly host: Host;
  readonly clock: Clock;
  readonly logger: Logger;
}

const scriptSeconds = 60;

/**
 * The scheduler with another capacity: what is configured wins over the script's, the script's over the scheduler's. The script runs at
 * most once a minute; while it fails, the scheduler's word counts.
 */
export function addCapacity(scheduler: Scheduler, sources: CapacitySources, context: CapacityContext): Scheduler {
  const { capacity: configured = {}, capacityScript } = sources;
  const script = createCachedValue({
    clock: context.clock,
    lifetimeSeconds: scriptSeconds,
    load: () => askScript(capacityScript, context),
  });
  return {
    ...scheduler,
    async capacity() {
      const own = await scheduler.capacity();
      const said = await script.get();
      const extended = { ...own.extended, ...said.extended, ...configured.extended };
      const taints = [...(said.taints ?? own.taints ?? []), ...(configured.taints ?? [])];
      return { ...own, ...said, ...configured, extended, taints };
    },
  };
}

async function askScript(script: string | undefined, { host, logger }: CapacityContext): Promise<Capacity> {
  if (script === undefined) return {};
  try {
    return await runScript(host, script);
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    logger.warn({ err: error, script }, 'capacity script failed, what Slurm says counts');
    return {};
  }
}

async function runScript(host: Host, script: string): Promise<Capacity> {
  const { exitCode, stdout } = await host.run([script]);
  if (exitCode !== 0) throw new UnavailableError(`the capacity script ended with exit code ${exitCode}`);
  return parseCapacity(parseWire('PingResponse', parseJson(stdout)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnavailableError('the capacity script printed no JSON', { cause: error });
  }
}

function parseCapacity({ resources, taints }: PingResponse): Capacity {
  const { cpu, memory, pods, accelerators } = resources ?? {};
  const amount = (value: string | number | null | undefined, name: string): number | undefined =>
    value === undefined || value === null || value === '' ? undefined : parseQuantity(value, `resources.${name}`);
  const cpuCores = amount(cpu, 'cpu');
  const memoryBytes = amount(memory, 'memory');
  const podCount = amount(pods, 'pods');
  const extended = (accelerators ?? []).flatMap(({ resourceType, available }) => {
    const count = amount(available, resourceType);
    return count === undefined ? [] : [[resourceType, count] as const];
  });
  return {
    ...(cpuCores === undefined ? {} : { cpuCores }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(podCount === undefined ? {} : { pods: podCount }),
    extended: Object.fromEntries(extended),
    ...(taints ? { taints } : {}),
  };
}

import { join } from 'node:path';
import { ConflictError } from '@interlink/spec';
import type { ControlPlaneBinaries } from '../binaries/control-plane-binaries.ts';
import { components, type Component } from '../binaries/programs.ts';
import { buildComponentArguments, type ComponentLayout } from '../components/component-arguments.ts';
import { startComponentProcess, type ComponentProcess } from '../components/component-process.ts';
import { endProcess } from '../components/end-process.ts';
import { isRunning, type ProcessIdentity } from '../components/process-identity.ts';
import type { ParentTie } from '../components/tie-to-parent.ts';
import { stopGraceSeconds } from './stop-control-plane.ts';

/** What the components of one control plane share. */
export interface ComponentSetOptions {
  readonly directory: string;
  readonly binaries: ControlPlaneBinaries;
  readonly layout: ComponentLayout;
  readonly tie: ParentTie;
  /** Appended to the command line of a component. */
  readonly extraArguments: Readonly<Partial<Record<Component, readonly string[]>>>;
  /** Called after every start and stop, so that the state on disk follows. */
  readonly onChange: (identities: Partial<Record<Component, ProcessIdentity>>) => Promise<void>;
}

/** The components of one control plane as processes: each can be stopped and started again on the same port and data. */
export interface ComponentSet {
  start(component: Component): Promise<ComponentProcess>;
  stop(component: Component, options?: { readonly graceSeconds?: number }): Promise<void>;
  /** Stops all in reverse order. */
  stopAll(): Promise<void>;
}

/** The file that a component's output goes to. */
export function componentLogFile(directory: string, component: Component): string {
  return join(directory, `${component}.log`);
}

/** Makes the set; nothing runs yet. */
export function createComponentSet(options: ComponentSetOptions): ComponentSet {
  const running = new Map<Component, ComponentProcess>();

  const changed = async (): Promise<void> => {
    await options.onChange(Object.fromEntries([...running].map(([name, { identity }]) => [name, identity])));
  };

  const start = async (component: Component): Promise<ComponentProcess> => {
    const present = running.get(component);
    if (present !== undefined && (await isRunning(present.identity))) {
      throw new ConflictError(`${component} runs already`);
    }
    const started = await startComponentProcess({
      name: component,
      executable: options.binaries.paths[component],
      arguments: [...buildComponentArguments(component, options.layout), ...(options.extraArguments[component] ?? [])],
      logFile: componentLogFile(options.directory, component),
      tie: options.tie,
    });
    running.set(component, started);
    await changed();
    return started;
  };

  const stop: ComponentSet['stop'] = async (component, { graceSeconds = stopGraceSeconds } = {}) => {
    const present = running.get(component);
    if (present === undefined) return;
    await endProcess(present.identity, { graceSeconds });
    running.delete(component);
    await changed();
  };

  const stopAll = async (): Promise<void> => {
    for (const component of components.toReversed()) await stop(component);
  };

  return { start, stop, stopAll };
}

import type { ResolvedContainer } from '@interlink/plugin-sdk';
import type { Probe } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { planAction, type Handler } from './plan-action.ts';
import { formatProbeTiming, type ProbeKind } from './probe-timing.ts';

/** The probes and hooks of one container, as the runner reads them. */
export interface ContainerActions {
  /** Lines of the runner's settings. */
  readonly settings: readonly string[];
  /** Files in the container's part of the job directory. */
  readonly files: readonly TreeEntry[];
}

type HookKind = 'postStart' | 'preStop';

const ownerOnlyFile = 0o600;

/**
 * Translates the probes and hooks of a container. Pure.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault.
 */
export function containerActions(container: ResolvedContainer): ContainerActions {
  const { name, spec, field } = container;
  const probes: readonly (readonly [ProbeKind, Probe | undefined])[] = [
    ['startup', spec.startupProbe],
    ['readiness', spec.readinessProbe],
    ['liveness', spec.livenessProbe],
  ];
  const hooks: readonly (readonly [HookKind, Handler | undefined])[] = [
    ['postStart', spec.lifecycle?.postStart],
    ['preStop', spec.lifecycle?.preStop],
  ];
  const settings: string[] = [];
  const files: TreeEntry[] = [];
  const add = (kind: ProbeKind | HookKind, handler: Handler, at: string): void => {
    const { words, frame } = planAction(handler, { field: at, ports: spec.ports ?? [] });
    files.push(file(kind, formatNulList(words)), ...(frame ? [file(`${kind}.frame`, frame)] : []));
  };
  for (const [kind, probe] of probes) {
    if (!probe) continue;
    const at = `${field}.${kind}Probe`;
    settings.push(`probe ${name} ${kind} ${formatProbeTiming(probe, kind, at)}`);
    add(kind, probe, at);
  }
  for (const [kind, handler] of hooks) {
    if (!handler) continue;
    settings.push(`hook ${name} ${kind}`);
    add(kind, handler, `${field}.lifecycle.${kind}`);
  }
  return { settings, files };
}

/** Whether the runner writes how the container is, besides its state. */
export function isWatched({ settings }: ContainerActions): boolean {
  return settings.length > 0;
}

function file(path: string, content: string | Uint8Array): TreeEntry {
  return { kind: 'file', path, mode: ownerOnlyFile, content };
}

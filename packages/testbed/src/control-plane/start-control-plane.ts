import { rm } from 'node:fs/promises';
import { isInterLinkError } from '@interlink/spec';
import type { ControlPlaneBinaries } from '../binaries/control-plane-binaries.ts';
import { ensureControlPlaneBinaries } from '../binaries/ensure-control-plane-binaries.ts';
import { type Component } from '../binaries/programs.ts';
import { identifySelf } from '../components/process-identity.ts';
import { tieToParent, untied } from '../components/tie-to-parent.ts';
import { silentProgress, type Progress } from '../progress/progress.ts';
import { createApiRequester } from './api-requester.ts';
import { approveServingCertificates } from './approve-serving-certificates.ts';
import { componentLogFile, createComponentSet, type ComponentSet } from './component-set.ts';
import { type ControlPlane } from './control-plane.ts';
import { writeControlPlaneState } from './control-plane-state.ts';
import { createLayout, type ControlPlaneLayout } from './create-layout.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { waitForDefaultServiceAccount, waitUntilReady, type ReadinessContext } from './wait-until-ready.ts';

const portAttempts = 3;

/** How a control plane is started. Everything has a default. */
export interface ControlPlaneOptions {
  /** Where everything of it is kept: absent, empty, or left behind by an ended control plane. Default: a new temporary directory. */
  readonly directory?: string | undefined;
  /** Default: what {@link ensureControlPlaneBinaries} finds or makes. */
  readonly binaries?: ControlPlaneBinaries | undefined;
  /** Whether it runs on when this process ends. Default: no, and it dies with this process even when that is killed. */
  readonly keep?: boolean | undefined;
  /** Added to the command line of a component, e.g. feature gates. */
  readonly extraArguments?: Readonly<Partial<Record<Component, readonly string[]>>> | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Started {
  readonly set: ComponentSet;
  readonly layout: ControlPlaneLayout;
  readonly readiness: ReadinessContext;
}

async function createSet(
  directory: string,
  binaries: ControlPlaneBinaries,
  layout: ControlPlaneLayout,
  options: ControlPlaneOptions,
): Promise<ComponentSet> {
  const { keep = false, extraArguments = {} } = options;
  const { server, kubeconfigFile } = layout;
  const owner = await identifySelf();
  const state = { version: 1, server, kubeconfigFile, kubectl: binaries.paths.kubectl, keep, owner } as const;
  return createComponentSet({
    directory,
    binaries,
    layout,
    tie: keep ? untied : await tieToParent(),
    extraArguments,
    onChange: (components) => writeControlPlaneState(directory, { ...state, components }),
  });
}

async function startAll({ set, readiness }: Started): Promise<void> {
  await waitUntilReady('etcd', await set.start('etcd'), readiness);
  await waitUntilReady('kube-apiserver', await set.start('kube-apiserver'), readiness);
  const controllerManager = await set.start('kube-controller-manager');
  const scheduler = await set.start('kube-scheduler');
  await waitUntilReady('kube-controller-manager', controllerManager, readiness);
  await waitUntilReady('kube-scheduler', scheduler, readiness);
  await waitForDefaultServiceAccount(readiness);
}

async function startOnce(
  directory: string,
  binaries: ControlPlaneBinaries,
  options: ControlPlaneOptions,
): Promise<Started> {
  const layout = await createLayout(directory);
  const set = await createSet(directory, binaries, layout, options);
  const request = await createApiRequester(layout.certificates);
  const started = { set, layout, readiness: { request, ports: layout.ports, signal: options.signal } };
  try {
    await startAll(started);
    return started;
  } catch (error) {
    await set.stopAll();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Whether somebody else took one of our ports between the choice and its use. */
function lostPort(error: unknown): boolean {
  return isInterLinkError(error) && String(error.details.logTail).includes('address already in use');
}

function toControlPlane(
  directory: string,
  { set, layout, readiness }: Started,
  options: ControlPlaneOptions & { kubectl: string },
): ControlPlane {
  const start = async (component: Component): Promise<void> => {
    await waitUntilReady(component, await set.start(component), { ...readiness, signal: undefined });
  };
  return {
    directory,
    server: layout.server,
    kubeconfigFile: layout.kubeconfigFile,
    kubectl: options.kubectl,
    certificates: layout.certificates,
    logFile: (component) => componentLogFile(directory, component),
    stop: (component, stopOptions) => set.stop(component, stopOptions),
    start,
    restart: async (component, stopOptions) => {
      await set.stop(component, stopOptions);
      await start(component);
    },
    approveServingCertificates: ({ signal }) =>
      approveServingCertificates({ request: readiness.request, server: layout.server, signal }),
    [Symbol.asyncDispose]: async () => {
      if (options.keep === true) return;
      await set.stopAll();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler on free ports of 127.0.0.1 with certificates of their
 * own; resolves when pods can be created. A failed start leaves nothing behind and is a `BackendError` with the end of the
 * component's log in its details.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { progress = silentProgress, signal } = options;
  const binaries = options.binaries ?? (await ensureControlPlaneBinaries({ progress, signal }));
  progress.say('starting the Kubernetes control plane (about 10 s)');
  for (let attempt = 1; ; attempt += 1) {
    const directory = await prepareDirectory(options.directory);
    try {
      const started = await startOnce(directory, binaries, options);
      return toControlPlane(directory, started, { ...options, kubectl: binaries.paths.kubectl });
    } catch (error) {
      if (attempt === portAttempts || !lostPort(error)) throw error;
    }
  }
}

import type { ResolvedContainer, ResolvedPod } from '@interlink/plugin-sdk';
import type { Pod } from '@interlink/spec';
import { containerActions, type ContainerActions } from '../actions/container-actions.ts';
import type { ContainerRuntime, ContainerStart } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { JobPlan } from '../contract/scheduler.ts';
import { checkedName, jobFiles } from '../directory/job-paths.ts';
import type { ImageResolver } from '../images/image-resolver.ts';
import { planImage, type PlannedImage } from '../images/plan-image.ts';
import type { CredentialEntry } from '../images/registry-credentials.ts';
import type { HostMount } from './host-mounts.ts';
import { canBecomeOthers, otherUser } from './container-user.ts';
import { planHostsFile } from './hosts-file.ts';
import { planMessageFile } from './message-file.ts';
import { planBinds } from './plan-binds.ts';
import type { PodVolumes } from './volume-tree.ts';

/** What the containers of a pod are planned with. */
export interface ContainerContext {
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  readonly root: string;
  readonly policy: BatchPolicy;
  readonly images?: ImageResolver | undefined;
  /** From the pod's image pull secrets. */
  readonly credentials: readonly CredentialEntry[];
  readonly plan: JobPlan;
  readonly volumes: PodVolumes;
  /** Of the pod, as received. */
  readonly security: NonNullable<Pod['spec']>['securityContext'];
  /** The job directory. */
  readonly directory: string;
}

/** A container as it will be started. */
export interface PlannedContainer {
  readonly container: ResolvedContainer;
  readonly start: ContainerStart;
  /** Paths of the machine to look at before it starts. */
  readonly checks: readonly HostMount[];
  readonly actions: ContainerActions;
  /** See `PlannedImage.source`. */
  readonly imageSource?: string;
  /** See `ContainerSummary.imageId`. */
  readonly imageId?: string;
}

/**
 * Plans how these containers of a pod are started. Reads the host and asks image registries at most.
 *
 * @throws InvalidInputError, UnsupportedError naming the field at fault.
 */
export async function planContainers(
  pod: ResolvedPod,
  containers: readonly ResolvedContainer[],
  context: ContainerContext,
): Promise<PlannedContainer[]> {
  for (const { name, field } of containers) checkedName(name, `${field}.name`);
  // Registries are far away, so all are asked at once.
  return await Promise.all(containers.map((container) => planContainer(pod, container, context)));
}

async function planContainer(
  pod: ResolvedPod,
  container: ResolvedContainer,
  context: ContainerContext,
): Promise<PlannedContainer> {
  const { runtime, plan } = context;
  const directory = `${context.directory}/${jobFiles.containers}/${container.name}`;
  const { binds: volumes, checks } = await planBinds(container, { ...context, pod });
  const hosts = runtime.bindsHostsFile === true ? planHostsFile(context.directory, volumes) : undefined;
  const binds = [...volumes, ...(hosts ? [hosts] : [])];
  const image = await imageOf(container, { ...context, directory });
  const message = planMessageFile(container, directory, binds);
  const user = canBecomeOthers(context) ? otherUser(context.security, container, context.host.user) : undefined;
  const start = await runtime.start({
    pod,
    container,
    directory,
    ...(message ? { message } : {}),
    binds,
    ...(image ? { image } : {}),
    ...(user ? { user } : {}),
    ...(plan.runtimeOptions ? { options: plan.runtimeOptions } : {}),
  });
  const files = [...(start.files ?? []), ...(image?.files ?? [])];
  const argv = [...(container.kind === 'main' ? (plan.wrapper ?? []) : []), ...start.argv];
  const imageId = image?.id === undefined ? {} : { imageId: image.id };
  const imageSource = image ? { imageSource: image.source } : {};
  return {
    container,
    checks,
    actions: containerActions(container),
    start: { ...start, argv, files },
    ...imageSource,
    ...imageId,
  };
}

async function imageOf(container: ResolvedContainer, context: ContainerContext): Promise<PlannedImage | undefined> {
  const { images } = context.runtime;
  if (!images) return undefined;
  const { root, host, policy, credentials, directory, plan } = context;
  const common = { images, root, host, policy, credentials, directory, resolver: context.images };
  return await planImage(container, { ...common, prefix: plan.imagePrefix });
}

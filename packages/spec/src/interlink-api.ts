import type { Plugin } from './plugin.ts';
import type { CallOptions } from './call-options.ts';
import type { CreateStruct, PodCreateRequests } from './wire.ts';

/**
 * What a virtual kubelet talks to: hop A as an interface.
 *
 * @remarks
 * It differs from {@link Plugin} in what a create and an update carry, and in {@link InterLinkApi.updateCache}. The promises of
 * {@link Plugin} hold here as far as the plugin behind it keeps them.
 */
export interface InterLinkApi extends Omit<Plugin, 'create' | 'update'> {
  /** Takes a pod with the objects that its volumes name. See {@link Plugin.create}. */
  create(request: PodCreateRequests, options?: CallOptions): Promise<CreateStruct>;

  /** Feature `update`: brings what changed in a pod that is held, with the objects that its volumes name. See {@link Plugin.update}. */
  update?(request: PodCreateRequests, options?: CallOptions): Promise<void>;

  /** Forgets what is cached of one pod, so that the next status asks the plugin. Unknown UIDs resolve. */
  updateCache(uid: string, options?: CallOptions): Promise<void>;
}

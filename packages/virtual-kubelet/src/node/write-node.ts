import { hasStatus, type KubeClient } from '@interlink/kube';
import type { Logger } from '@interlink/runtime';
import type { Node } from '@interlink/spec';
import { buildNewNode, planNodeChanges, type NodeChanges, type NodeWish } from './plan-node-changes.ts';

/** What {@link createNodeWriter} needs. */
export interface NodeWriterOptions {
  readonly client: KubeClient;
  readonly logger: Logger;
}

/** Writes the Node object. */
export interface NodeWriter {
  /**
   * Makes the Node object as wished: creates it where there is none, writes only what differs, nothing where nothing does. A conflict with another
   * writer is tried again from what is there then.
   */
  write(wish: NodeWish, signal: AbortSignal): Promise<Node>;
  /** The Node object as it is; undefined where there is none or the cluster cannot be asked. */
  read(name: string, signal: AbortSignal): Promise<Node | undefined>;
}

const collection = '/api/v1/nodes';
const maximumConflicts = 5;

/** A writer for one cluster. It remembers only whether the cluster let it change the Node's spec, to say so once. */
export function createNodeWriter({ client, logger }: NodeWriterOptions): NodeWriter {
  let specForbidden = false;

  async function patch(
    node: Node,
    part: 'status' | undefined,
    body: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Node> {
    const { name = '', resourceVersion } = node.metadata ?? {};
    const path = `${collection}/${name}${part === undefined ? '' : `/${part}`}`;
    // The version makes the write a conflict when somebody else wrote meanwhile: lists are replaced as a whole.
    const metadata = { ...(body['metadata'] as object | undefined), resourceVersion };
    return await client.request<Node>({ method: 'PATCH', path, body: { ...body, metadata }, signal });
  }

  async function writeSpec(node: Node, changes: NodeChanges, signal: AbortSignal): Promise<Node> {
    if (changes.spec === undefined) return node;
    try {
      return await patch(node, undefined, { spec: changes.spec }, signal);
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      if (!specForbidden) logger.warn({}, 'taints not written: the role needs the verb patch on nodes');
      specForbidden = true;
      return node;
    }
  }

  async function apply(node: Node, wish: NodeWish, signal: AbortSignal): Promise<Node> {
    const changes = planNodeChanges(node, wish);
    const { metadata, status } = changes;
    const written = await writeSpec(node, changes, signal);
    if (metadata === undefined && status === undefined) return written;
    // Labels and annotations go with the status, because roles for the Go virtual kubelet allow just that.
    const body = { ...(metadata === undefined ? {} : { metadata }), ...(status === undefined ? {} : { status }) };
    return await patch(written, 'status', body, signal);
  }

  async function create(wish: NodeWish, signal: AbortSignal): Promise<Node> {
    const node = await client.request<Node>({ method: 'POST', path: collection, body: buildNewNode(wish), signal });
    logger.info({}, 'node created');
    return node;
  }

  return {
    read: (name, signal) => read(client, name, signal).catch(() => undefined),
    async write(wish, signal) {
      for (let conflicts = 0; ; conflicts += 1) {
        try {
          return await apply(await read(client, wish.identity.name, signal), wish, signal);
        } catch (error) {
          if (hasStatus(error, 404)) return await create(wish, signal);
          if (!hasStatus(error, 409) || conflicts >= maximumConflicts) throw error;
        }
      }
    },
  };
}

async function read(client: KubeClient, name: string, signal: AbortSignal): Promise<Node> {
  return await client.request<Node>({ method: 'GET', path: `${collection}/${name}`, signal });
}

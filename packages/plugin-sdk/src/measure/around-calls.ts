import type { InterLinkApi, Plugin } from '@interlink/spec';
import { isRemote, markRemote } from '../remote-peers.ts';

/** The calls of either hop that end with one answer. */
const operations = [
  'ping',
  'create',
  'update',
  'status',
  'delete',
  'logs',
  'list',
  'exec',
  'attach',
  'portForward',
  'stats',
  'updateCache',
] as const;

/** The name of a call. */
export type Operation = (typeof operations)[number];

type Method = (...args: unknown[]) => Promise<unknown>;

/** Runs a call, or does not. */
export type Around = <T>(operation: Operation, call: () => Promise<T>) => Promise<T>;

/** The same API or plugin with something done around each call. What it does not offer stays absent; `watch`, a stream, is left alone. */
export function aroundCalls<Api extends InterLinkApi | Plugin>(api: Api, around: Around): Api {
  const own = api as unknown as Partial<Record<Operation, Method>>;
  const wrapped = Object.create(api) as Record<string, unknown>;
  for (const operation of operations) {
    if (own[operation] === undefined) continue;
    const method = own[operation].bind(api);
    wrapped[operation] = (...args: unknown[]) => around(operation, () => method(...args));
  }
  // Not inherited: spreading an API must not lose it.
  Object.assign(wrapped, { name: api.name, ...(api.watch ? { watch: api.watch.bind(api) } : {}) });
  wrapped[Symbol.asyncDispose as unknown as string] = () => api[Symbol.asyncDispose]();
  return (isRemote(api) ? markRemote(wrapped) : wrapped) as unknown as Api;
}

const remotes = new WeakSet();

/** Remembers that an object speaks for a peer over HTTP: it has every method, and only its ping says which ones the peer serves. */
export function markRemote<T extends object>(target: T): T {
  remotes.add(target);
  return target;
}

/** True for what `createRemotePlugin` and `createRemoteInterLink` made. */
export function isRemote(target: object): boolean {
  return remotes.has(target);
}

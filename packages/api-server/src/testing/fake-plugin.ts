import type { Plugin, Pod, PodStatus } from '@interlink/spec';

/** A plugin of the tests: every verb says that nobody expected it, but those given. */
export function fakePlugin(verbs: Partial<Plugin> = {}): Plugin {
  const unexpected = (verb: string) => () => Promise.reject(new Error(`${verb} was not expected`));
  return {
    name: 'fake',
    ping: unexpected('ping'),
    create: unexpected('create'),
    status: unexpected('status'),
    delete: unexpected('delete'),
    logs: unexpected('logs'),
    ...verbs,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A pod with one container. */
export function pod(uid: string, phase?: string, metadata: Partial<NonNullable<Pod['metadata']>> = {}): Pod {
  return {
    metadata: { name: `pod-${uid}`, namespace: 'default', uid, ...metadata },
    spec: { containers: [{ name: 'main', image: 'busybox' }] },
    ...(phase === undefined ? {} : { status: { phase } }),
  };
}

/** A status with one running container. */
export function running(uid: string): PodStatus {
  return {
    name: `pod-${uid}`,
    UID: uid,
    namespace: 'default',
    JID: '1',
    containers: [{ ...container, state: { running: {} } }],
  };
}

/** A status with one container that has ended. */
export function ended(uid: string, exitCode = 0): PodStatus {
  return { ...running(uid), containers: [{ ...container, state: { terminated: { exitCode } } }] };
}

/** The plugin has no job and no record of the pod. */
export function gone(uid: string): PodStatus {
  return { UID: uid, containers: [{ ...container, state: { waiting: {} } }], interlink: { state: 'gone' } };
}

const container = { name: 'main', image: 'busybox', imageID: '', ready: false, restartCount: 0 };

/** A promise with its handles. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

import { podData, type TestPod } from '../kit/pod-factory.ts';
import type { RawRequest } from '../kit/raw-request.ts';

/** A body that no plugin may take. */
export interface BadBody {
  /** In words. */
  readonly what: string;
  /** A part of the path of the field at fault. */
  readonly field: string;
  /** The request; a body that is no string is sent as JSON. */
  request(pod: TestPod): Omit<RawRequest, 'body'> & { readonly body: unknown };
}

type Fields = Readonly<Record<string, unknown>>;

function createWith(what: string, field: string, metadata: Fields, spec: Fields = {}): BadBody {
  const body = (pod: TestPod): unknown => ({
    ...podData(pod),
    pod: { ...pod, metadata: { ...pod.metadata, ...metadata }, spec: { ...pod.spec, ...spec } },
  });
  return { what, field, request: (pod) => ({ method: 'POST', path: '/create', body: body(pod) }) };
}

function malformed(method: string, path: string, body: string): BadBody {
  return { what: `malformed JSON on ${path}`, field: 'body', request: () => ({ method, path, body }) };
}

function logWith(what: string, field: string, changed: Fields): BadBody {
  const body = { Namespace: 'default', PodUID: 'u', PodName: 'p', ContainerName: 'main', Opts: null, ...changed };
  return { what, field, request: () => ({ method: 'GET', path: '/getLogs', body }) };
}

/** Bodies that are no JSON, have the wrong shape, or carry a path where a name belongs. */
export const badBodies: readonly BadBody[] = [
  malformed('POST', '/create', '{"pod":{"metadata":'),
  malformed('GET', '/status', '[{"metadata"'),
  malformed('POST', '/delete', '}'),
  malformed('GET', '/getLogs', '"'),
  { what: 'null on /delete', field: 'body', request: () => ({ method: 'POST', path: '/delete', body: 'null' }) },
  { what: 'an empty object on /create', field: 'pod', request: () => ({ method: 'POST', path: '/create', body: {} }) },
  createWith('a pod without UID', 'uid', { uid: undefined }),
  createWith('an empty UID', 'uid', { uid: '' }),
  createWith('a UID that is a path', 'uid', { uid: '../../tmp/conformance' }),
  createWith('a UID with a newline', 'uid', { uid: 'a\nb' }),
  createWith('a UID that is a number', 'uid', { uid: 7 }),
  createWith('a namespace that is a path', 'namespace', { namespace: '../..' }),
  createWith('containers that are no list', 'containers', {}, { containers: 'main' }),
  createWith(
    'a container name that is a path',
    'containers[0].name',
    {},
    { containers: [{ name: '../x', image: 'x' }] },
  ),
  createWith(
    'a command that is no list',
    'command',
    {},
    { containers: [{ name: 'main', image: 'x', command: 'true' }] },
  ),
  logWith('a path for a UID on /getLogs', 'PodUID', { PodUID: '../..' }),
  logWith('a path for a container on /getLogs', 'ContainerName', { ContainerName: '../../etc' }),
  logWith('a text for a number on /getLogs', 'Tail', { Opts: { Tail: 'all' } }),
];

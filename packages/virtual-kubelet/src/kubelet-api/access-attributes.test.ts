import { expect, it } from 'vitest';
import { accessAttributes } from './access-attributes.ts';

it.each([
  ['GET', '/containerLogs/ns/pod/c', 'get', ['proxy']],
  ['GET', '/pods', 'get', ['pods', 'proxy']],
  ['GET', '/runningpods/', 'get', ['pods', 'proxy']],
  ['GET', '/podsandmore', 'get', ['proxy']],
  ['GET', '/stats/summary', 'get', ['stats']],
  ['GET', '/metrics', 'get', ['metrics']],
  ['HEAD', '/healthz', 'get', ['healthz', 'proxy']],
  ['GET', '/exec/ns/pod/c', 'create', ['proxy']],
  ['POST', '/exec/ns/pod/c', 'create', ['proxy']],
  ['DELETE', '/anything', 'delete', ['proxy']],
])('%s %s needs %s on %j', (method, path, verb, subresources) => {
  expect(accessAttributes(method, path)).toEqual({ verb, subresources });
});

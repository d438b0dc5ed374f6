import { expect, it } from 'vitest';
import { accessAttributes } from './access-attributes.ts';

it.each([
  ['GET', '/containerLogs/ns/pod/c', 'get', ['proxy']],
  ['GET', '/pods', 'get', ['pods', 'proxy']],
  ['GET', '/runningpods/', 'get', ['pods', 'proxy']],
  ['GET', '/podsandmore', 'get', ['proxy']],
  ['GET', '/stats/summary', 'get', ['stats']],
  ['GET', '/metrics', 'get', ['metrics']],
  ['GET', '/metrics/resource', 'get', ['metrics']],
  ['GET', '/logs/', 'get', ['log']],
  ['GET', '/logs/syslog', 'get', ['log']],
  ['POST', '/checkpoint/ns/pod/c', 'create', ['checkpoint']],
  ['GET', '/configz', 'get', ['configz', 'proxy']],
  ['GET', '/flagz', 'get', ['configz']],
  ['GET', '/statusz', 'get', ['statusz']],
  ['HEAD', '/healthz', 'get', ['healthz', 'proxy']],
  ['GET', '/exec/ns/pod/c', 'create', ['proxy']],
  ['POST', '/exec/ns/pod/c', 'create', ['proxy']],
  ['GET', '/%65xec/ns/pod/c', 'create', ['proxy']],
  ['GET', '/exec%2Fns/pod/c', 'create', ['proxy']],
  ['GET', '/pods%', 'get', ['proxy']],
  ['DELETE', '/anything', 'delete', ['proxy']],
])('%s %s needs %s on %j', (method, path, verb, subresources) => {
  expect(accessAttributes(method, path)).toEqual({ verb, subresources });
});

import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { containerActions, isWatched, type ContainerActions } from './container-actions.ts';

function actions(container: Partial<Container>): ContainerActions {
  const pod = { metadata: { uid: 'u' }, spec: { containers: [{ name: 'main', image: 'i', ...container }] } };
  return containerActions(resolvePod({ pod }).containers[0]!);
}

function wordsOf(container: Partial<Container>, kind: string): string[] {
  const file = actions(container).files.find(({ path }) => path === kind);
  return file?.kind === 'file' ? String(file.content).split('\0').slice(0, -1) : [];
}

const exec = { exec: { command: ['x'] } };

describe('the actions of a container', () => {
  it('are none without probes and hooks', () => {
    expect(actions({})).toEqual({ settings: [], files: [] });
    expect(isWatched(actions({}))).toBe(false);
    expect(isWatched(actions({ lifecycle: { preStop: exec } }))).toBe(true);
  });

  it('have the defaults of a kubelet', () => {
    const settings = { initialDelaySeconds: 0, periodSeconds: 0, timeoutSeconds: 0, failureThreshold: 0 };
    const line = 'probe main liveness 0 10 1 1 3 -1';
    expect(actions({ livenessProbe: exec }).settings).toEqual([line]);
    expect(actions({ livenessProbe: { ...exec, ...settings } }).settings).toEqual([line]);
  });

  it('have the numbers of the pod in the order of the runner', () => {
    const numbers = { initialDelaySeconds: 1, periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 5 };
    expect(actions({ startupProbe: { ...exec, ...numbers, terminationGracePeriodSeconds: 6 } }).settings).toEqual([
      'probe main startup 1 2 3 1 5 6',
    ]);
    expect(actions({ readinessProbe: { ...exec, ...numbers, successThreshold: 4 } }).settings).toEqual([
      'probe main readiness 1 2 3 4 5 -1',
    ]);
  });

  it('name a port as its number', () => {
    const ports = [{ name: 'web', containerPort: 8080 }];
    expect(wordsOf({ ports, livenessProbe: { tcpSocket: { port: 'web' } } }, 'liveness')).toEqual([
      'tcp',
      'localhost',
      '8080',
    ]);
    expect(wordsOf({ livenessProbe: { tcpSocket: { port: '81', host: '::1' } } }, 'liveness')).toEqual([
      'tcp',
      '::1',
      '81',
    ]);
  });

  it('ask over HTTP by hand and by curl for the same', () => {
    const httpGet = {
      port: 80,
      host: '::1',
      path: 'a "b"#c',
      scheme: 'HTTPS',
      httpHeaders: [{ name: 'X', value: '' }],
    };
    const [scheme, host, port, request, options] = wordsOf({ readinessProbe: { httpGet } }, 'readiness');
    expect([scheme, host, port]).toEqual(['https', '::1', '80']);
    expect(request?.split('\r\n')).toEqual([
      'GET /a%20"b"%23c HTTP/1.1',
      'Host: [::1]:80',
      'User-Agent: kube-probe/interlink',
      'Accept: */*',
      'Connection: close',
      'X: ',
      '',
      '',
    ]);
    expect(options?.split('\n')).toEqual([
      'url = "https://[::1]:80/a%20\\"b\\"%23c"',
      'header = "Host: [::1]:80"',
      'header = "User-Agent: kube-probe/interlink"',
      'header = "Accept: */*"',
      'header = "Connection: close"',
      'header = "X;"',
      '',
    ]);
  });

  const bad: readonly [string, Partial<Container>][] = [
    ['livenessProbe', { livenessProbe: { ...exec, tcpSocket: { port: 1 } } }],
    ['livenessProbe.exec.command', { livenessProbe: { exec: { command: [] } } }],
    ['livenessProbe.exec.command[1]', { livenessProbe: { exec: { command: ['a', 'b\0c'] } } }],
    ['livenessProbe.periodSeconds', { livenessProbe: { ...exec, periodSeconds: 1.5 } }],
    ['livenessProbe.initialDelaySeconds', { livenessProbe: { ...exec, initialDelaySeconds: -1 } }],
    ['startupProbe.successThreshold', { startupProbe: { ...exec, successThreshold: 2 } }],
    ['readinessProbe.terminationGracePeriodSeconds', { readinessProbe: { ...exec, terminationGracePeriodSeconds: 1 } }],
    ['readinessProbe.tcpSocket.port', { readinessProbe: { tcpSocket: { port: 'web' } } }],
    ['readinessProbe.tcpSocket.port', { readinessProbe: { tcpSocket: { port: 65_536 } } }],
    ['readinessProbe.tcpSocket.host', { readinessProbe: { tcpSocket: { port: 1, host: 'a/../../b' } } }],
    ['readinessProbe.httpGet.scheme', { readinessProbe: { httpGet: { port: 1, scheme: 'FTP' } } }],
    [
      'readinessProbe.httpGet.httpHeaders[0].name',
      { readinessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'a: b\r\nc', value: '' }] } } },
    ],
    [
      'readinessProbe.httpGet.httpHeaders[0].value',
      { readinessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'a', value: 'b\r\nc: d' }] } } },
    ],
    ['readinessProbe.grpc.service', { readinessProbe: { grpc: { port: 1, service: 'x'.repeat(200) } } }],
    ['lifecycle.preStop.sleep.seconds', { lifecycle: { preStop: { sleep: { seconds: -1 } } } }],
    ['lifecycle.postStart', { lifecycle: { postStart: {} } }],
  ];
  it.each(bad)('are refused by the field %s', (field, container) => {
    expect(() => actions(container)).toThrow(new RegExp(`^pod\\.spec\\.containers\\[0\\]\\.${escape(field)}[ :]`));
  });

  const escape = (text: string): string => text.replace(/[[\].]/g, '\\$&');
});

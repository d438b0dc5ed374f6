import { describe, expect, it } from 'vitest';
import { parseWire, type PodCreateRequests, type Volume, type VolumeMount } from '@interlink/spec';
import { podCreateRequest, retrievedPodData } from '../__fixtures__/create-request.ts';
import { assemblePodData } from './assemble-pod-data.ts';

function requestWith(
  volumes: Volume[],
  mounts: VolumeMount[],
  rest: Partial<PodCreateRequests> = {},
): PodCreateRequests {
  return {
    pod: {
      metadata: { name: 'p', namespace: 'ns', uid: 'u' },
      spec: { volumes, containers: [{ name: 'main', volumeMounts: mounts }] },
    },
    ...rest,
  };
}

const mount = (name: string): VolumeMount => ({ name, mountPath: `/${name}` });

describe('assemblePodData', () => {
  it('makes of a Go create request what the Go plugins take', () => {
    const request = parseWire('PodCreateRequests', podCreateRequest);
    expect(JSON.parse(JSON.stringify(assemblePodData(request)))).toEqual(retrievedPodData);
  });

  it('gives one entry for every mount, the same object twice', () => {
    const configMap = { metadata: { name: 'cm' } };
    const data = assemblePodData(
      requestWith([{ name: 'v', configMap: { name: 'cm' } }], [mount('v'), { ...mount('v'), mountPath: '/again' }], {
        configmaps: [configMap],
      }),
    );
    expect(data.container?.[0]?.configMaps).toEqual([configMap, configMap]);
  });

  it('hands on what goes with the create beyond the Go fields', () => {
    const interlink = { imagePullSecrets: [{ metadata: { name: 's' } }] };
    expect(assemblePodData(requestWith([], [], { interlink })).interlink).toEqual(interlink);
    expect(assemblePodData(requestWith([], []))).not.toHaveProperty('interlink');
  });

  it('leaves out of an update what its sender could not read, and adds ephemeral containers', () => {
    const volumes = [
      { name: 'kept', configMap: { name: 'gone' } },
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      { name: 'sent', secret: { secretName: 's' } },
    ];
    const secret = { metadata: { name: 's' } };
    const map = { metadata: { name: 'other' } };
    const request = requestWith(
      volumes,
      volumes.map(({ name }) => mount(name)),
      {
        secrets: [secret],
        projectedvolumesmaps: [map],
      },
    );
    request.pod.spec!.ephemeralContainers = [{ name: 'debugger', volumeMounts: [mount('sent')] }];
    const none = { configMaps: null, projectedvolumemaps: null, emptyDirs: null };
    expect(assemblePodData(request, { purpose: 'update' }).container).toEqual([
      { name: 'main', secrets: [secret], ...none },
      { name: 'debugger', secrets: [secret], ...none },
    ]);
  });

  it('has null for a pod without containers', () => {
    expect(assemblePodData({ pod: { metadata: { name: 'p', namespace: 'n', uid: 'u' } } }).container).toBeNull();
  });

  it('joins a downward API volume by its own name', () => {
    const map = { metadata: { name: 'info' }, data: { labels: 'a="b"' } };
    const request = requestWith([{ name: 'info', downwardAPI: {} }], [mount('info')], { projectedvolumesmaps: [map] });
    expect(assemblePodData(request).container?.[0]?.projectedvolumemaps).toEqual([map]);
  });

  it.each([
    [{ name: 'v', configMap: { name: 'cm' } }, 'pod.spec.volumes[0].configMap.name'],
    [{ name: 'v', secret: { secretName: 'se' } }, 'pod.spec.volumes[0].secret.secretName'],
    [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }, 'pod.spec.volumes[0]'],
  ] satisfies [Volume, string][])('refuses a request without the object of %j', (volume, field) => {
    const other = [{ metadata: { name: 'other' } }];
    const request = requestWith([volume], [mount('v')], {
      configmaps: other,
      secrets: other,
      projectedvolumesmaps: other,
    });
    expect(() => assemblePodData(request)).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field }));
    expect(() => assemblePodData(request)).toThrow('for the volume "v"');
  });

  it.each([
    { name: 'v', configMap: { name: 'cm', optional: true } },
    { name: 'v', secret: { secretName: 'se', optional: true } },
    { name: 'v', projected: { sources: [{ configMap: { name: 'cm', optional: true } }] } },
    { name: 'v', hostPath: { path: '/data' } },
  ] satisfies Volume[])('goes on without the object of %j', (volume) => {
    const request = requestWith([volume], [mount('v')], { projectedvolumesmaps: [{ metadata: { name: 'other' } }] });
    expect(assemblePodData(request).container?.[0]).toMatchObject({
      configMaps: null,
      secrets: null,
      projectedvolumemaps: null,
    });
  });

  it('takes a request of a virtual kubelet that has projected volumes disabled', () => {
    const volume = { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
    expect(assemblePodData(requestWith([volume], [mount('v')])).container?.[0]?.projectedvolumemaps).toBeNull();
  });

  it('refuses a mount of a volume that the pod lacks', () => {
    expect(() => assemblePodData(requestWith([], [mount('v')]))).toThrow('pod.spec.containers[0].volumeMounts[0].name');
  });

  it('puts the IP of the annotation into the status, and leaves the request as it is', () => {
    const request = requestWith([], []);
    const metadata = { ...request.pod.metadata, annotations: { 'interlink.eu/pod-ip': '10.0.0.7' } };
    const pod = { ...request.pod, metadata, status: { phase: 'Pending', podIP: '127.0.0.1' } };
    expect(assemblePodData({ pod }).pod.status).toEqual({ phase: 'Pending', podIP: '10.0.0.7' });
    expect(pod.status.podIP).toBe('127.0.0.1');
  });

  it('refuses an annotation that is no IP', () => {
    const metadata = { name: 'p', namespace: 'n', uid: 'u', annotations: { 'interlink.eu/pod-ip': '$(id)' } };
    expect(() => assemblePodData({ pod: { metadata } })).toThrow('is no IP address');
  });
});

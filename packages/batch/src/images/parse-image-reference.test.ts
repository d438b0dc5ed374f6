import { describe, expect, it } from 'vitest';
import { formatRegistryImage, parseImageReference } from './parse-image-reference.ts';

const field = 'pod.spec.containers[0]';
const digest = `sha256:${'0f'.repeat(32)}`;

function read(image: string, prefix?: string): string {
  const reference = parseImageReference(image, { field, prefix });
  switch (reference.kind) {
    case 'registry':
      return formatRegistryImage(reference);
    case 'path':
      return `path ${reference.path}`;
    case 'uri':
      return `uri ${reference.uri}`;
  }
}

describe('parseImageReference', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.37', 'docker.io/library/busybox:1.37'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['localhost/a', 'localhost/a:latest'],
    ['registry.example:5000/a/b__c:1.2', 'registry.example:5000/a/b__c:1.2'],
    [`registry.example/a:1.2@${digest}`, `registry.example/a@${digest}`],
    [`[::1]:5000/a@${digest}`, `[::1]:5000/a@${digest}`],
    ['docker://alpine:3', 'docker.io/library/alpine:3'],
    ['oras://host/x:1', 'uri oras://host/x:1'],
    ['oci-archive:/data/x.tar', 'uri oci-archive:/data/x.tar'],
    ['/cvmfs/images/a.sif', 'path /cvmfs/images/a.sif'],
  ])('reads %s as %s', (image, meaning) => {
    expect(read(image)).toBe(meaning);
  });

  it.each([
    ['docker://mirror.example/', 'busybox:1', 'mirror.example/busybox:1'],
    ['/cvmfs/unpacked/', 'library/busybox:1', 'path /cvmfs/unpacked/library/busybox:1'],
    ['oras://h/', 'x:1', 'uri oras://h/x:1'],
    ['docker://mirror.example/', '/images/a.sif', 'path /images/a.sif'],
    ['docker://mirror.example/', 'oras://h/x', 'uri oras://h/x'],
  ])('puts the prefix %s before a plain name alone: %s', (prefix, image, meaning) => {
    expect(read(image, prefix)).toBe(meaning);
  });

  it.each([
    '',
    '--help',
    'a b',
    'x\ny',
    'a;b',
    '$(id)',
    'UPPER/case',
    'a//b',
    '../x',
    'host.example/../etc',
    'a:',
    'a@sha256:ff',
    'a@',
    'file://etc/passwd',
    'oras://$(id)',
    'docker-archive:/x y',
    'http://h/{target}',
  ])('refuses %j naming the field', (image) => {
    expect(() => read(image)).toThrow(/^pod\.spec\.containers\[0\]\.image /);
  });
});

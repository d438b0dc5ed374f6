import type { PodFactory, PodObjects, TestContainer, TestPod } from './pod-factory.ts';

/** A pod that mounts files, and the objects that these come from. */
export interface PodWithFiles {
  readonly pod: TestPod;
  readonly objects: PodObjects;
}

const directory = '/interlink-conformance';

/** Where a container of {@link podWithFiles} finds each file, in order. */
export function pathsOf(files: ReadonlyMap<string, Buffer>): readonly string[] {
  return [...files.keys()].map((name, index) => `${directory}/${isSecret(index) ? 'secret' : 'config'}/${name}`);
}

/** A pod of one container that mounts the files: every other one from a Secret, the rest from a ConfigMap. */
export function podWithFiles(
  pods: PodFactory,
  container: TestContainer,
  files: ReadonlyMap<string, Buffer>,
): PodWithFiles {
  const encoded = [...files].map(([name, content]) => [name, content.toString('base64')] as const);
  const volumeMounts = ['secret', 'config'].map((name) => ({ name, mountPath: `${directory}/${name}` }));
  const volumes = [
    { name: 'secret', secret: { secretName: 'conformance' } },
    { name: 'config', configMap: { name: 'conformance' } },
  ];
  return {
    pod: pods.of([{ ...container, fields: { ...container.fields, volumeMounts } }], [], { volumes }),
    objects: {
      secrets: [
        { metadata: { name: 'conformance' }, data: Object.fromEntries(encoded.filter((_, index) => isSecret(index))) },
      ],
      configMaps: [
        {
          metadata: { name: 'conformance' },
          binaryData: Object.fromEntries(encoded.filter((_, index) => !isSecret(index))),
        },
      ],
    },
  };
}

function isSecret(index: number): boolean {
  return index % 2 === 0;
}

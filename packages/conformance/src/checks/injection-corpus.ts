import type { Container } from '@interlink/spec';
import type { PodObjects, TestPod } from '../kit/pod-factory.ts';

/** A text that becomes code, an option or a path where somebody puts it into a line without care. */
export interface Payload {
  /** In words. */
  readonly what: string;
  /** The text; it makes the file `canary` where it takes effect. */
  readonly text: (canary: string) => string;
}

/** What shells, schedulers, container runtimes, tables and terminals read otherwise than as text. */
export const payloads: readonly Payload[] = [
  { what: 'a command substitution', text: (canary) => `$(touch ${canary})` },
  { what: 'backquotes', text: (canary) => `\`touch ${canary}\`` },
  { what: 'a second command', text: (canary) => `x; touch ${canary}; #` },
  { what: 'a pipe and a background command', text: (canary) => `x | touch ${canary} & touch ${canary} &&` },
  { what: 'a closing quote', text: (canary) => `'; touch ${canary}; '` },
  { what: 'a closing double quote', text: (canary) => `"; touch ${canary}; "` },
  { what: 'a second line', text: (canary) => `x\ntouch ${canary}\n` },
  {
    what: 'directives of a scheduler',
    text: (canary) => `x\n#SBATCH --output=${canary}\n#SBATCH --wrap=touch\\ ${canary}\n`,
  },
  { what: 'an option', text: (canary) => `--output=${canary}` },
  { what: 'a command in an option', text: (canary) => `--wrap=touch ${canary}` },
  { what: 'options between spaces', text: (canary) => `x --output=${canary} --error=${canary} --chdir=${canary}` },
  { what: 'the fields of a record', text: (canary) => `x",source=/etc,destination=${canary},"` },
  { what: 'a mount beside another', text: (canary) => `/x:/y,/etc:${canary}:rw` },
  { what: 'a path upwards', text: (canary) => `../../../../../../../..${canary}` },
  { what: 'a NUL byte', text: (canary) => `x\0touch ${canary}` },
  { what: 'placeholders', text: () => '%j%x%u%n%s\\%' },
  { what: 'look-alikes, an end of direction and a colour', text: () => '；\u202etouch\u2028\u001b[31m' },
];

/** A pod with a payload in it. */
export interface ChargedPod {
  readonly pod: TestPod;
  readonly objects?: PodObjects;
}

/** Somewhere in a pod that holds a text. */
export interface Place {
  /** In words, for the sentence of the check. */
  readonly what: string;
  /** What a refusal names. */
  readonly field: RegExp;
  /** The pod with the text there. */
  readonly put: (pod: TestPod, text: string) => ChargedPod;
}

const mountPath = '/interlink-conformance';

function withMetadata(pod: TestPod, metadata: Partial<TestPod['metadata']>): ChargedPod {
  return { pod: { ...pod, metadata: { ...pod.metadata, ...metadata } } };
}

function withSpec(pod: TestPod, spec: Partial<TestPod['spec']>): ChargedPod {
  return { pod: { ...pod, spec: { ...pod.spec, ...spec } } };
}

function withContainer(pod: TestPod, fields: Partial<Container>): ChargedPod {
  return withSpec(pod, { containers: pod.spec.containers.map((container) => ({ ...container, ...fields })) });
}

interface VolumeTexts {
  readonly volume?: string;
  readonly path?: string;
  readonly subPath?: string;
  readonly key?: string;
  readonly itemPath?: string;
}

/** A pod with a Secret of one key at a path. */
function withVolume(pod: TestPod, texts: VolumeTexts): ChargedPod {
  const { volume = 'files', path = mountPath, subPath, key = 'key', itemPath } = texts;
  const mount = { name: volume, mountPath: path, ...(subPath === undefined ? {} : { subPath }) };
  const items = itemPath === undefined ? {} : { items: [{ key, path: itemPath }] };
  const charged = withContainer(pod, { volumeMounts: [mount] }).pod;
  return {
    ...withSpec(charged, { volumes: [{ name: volume, secret: { secretName: 'conformance', ...items } }] }),
    objects: { secrets: [{ metadata: { name: 'conformance' }, data: { [key]: 'eA==' } }] },
  };
}

/** Every place of a pod that a backend may use, and one for those that it hardly will. */
export const places: readonly Place[] = [
  { what: 'the name of a pod', field: /metadata\.name/, put: (pod, name) => withMetadata(pod, { name }) },
  { what: 'a namespace', field: /metadata\.namespace/, put: (pod, namespace) => withMetadata(pod, { namespace }) },
  { what: 'a UID', field: /metadata\.uid/, put: (pod, uid) => withMetadata(pod, { uid }) },
  {
    what: 'labels and annotations',
    field: /metadata\.(labels|annotations)/,
    put: (pod, text) =>
      withMetadata(pod, {
        labels: { [text]: text, app: text },
        annotations: { ...pod.metadata.annotations, [text]: text, note: text },
      }),
  },
  {
    what: 'the name of a container',
    field: /containers\[0\]\.name/,
    put: (pod, name) => withContainer(pod, { name }),
  },
  { what: 'an image', field: /containers\[0\]\.image/, put: (pod, image) => withContainer(pod, { image }) },
  { what: 'a command', field: /containers\[0\]\.command/, put: (pod, text) => withContainer(pod, { command: [text] }) },
  { what: 'an argument', field: /containers\[0\]\.args/, put: (pod, text) => withContainer(pod, { args: [text] }) },
  {
    what: 'a working directory',
    field: /containers\[0\]\.workingDir/,
    put: (pod, text) => withContainer(pod, { workingDir: `/tmp/${text}` }),
  },
  {
    what: 'the name of a variable',
    field: /containers\[0\]\.env/,
    put: (pod, name) => withContainer(pod, { env: [{ name, value: 'x' }] }),
  },
  {
    what: 'the value of a variable',
    field: /containers\[0\]\.env/,
    put: (pod, value) => withContainer(pod, { env: [{ name: 'VALUE', value }] }),
  },
  { what: 'the name of a volume', field: /volumes/, put: (pod, volume) => withVolume(pod, { volume }) },
  {
    what: 'the path of a mount',
    field: /volumes|volumeMounts/,
    put: (pod, text) => withVolume(pod, { path: `${mountPath}/${text}` }),
  },
  { what: 'a subPath', field: /volumes|volumeMounts/, put: (pod, subPath) => withVolume(pod, { subPath }) },
  { what: 'a key of a Secret', field: /volumes/, put: (pod, key) => withVolume(pod, { key }) },
  { what: 'the path of a file', field: /volumes/, put: (pod, itemPath) => withVolume(pod, { itemPath }) },
  {
    what: 'the path of a hostPath volume',
    field: /volumes|volumeMounts/,
    put: (pod: TestPod, text: string): ChargedPod => {
      const charged = withContainer(pod, { volumeMounts: [{ name: 'host', mountPath }] }).pod;
      return withSpec(charged, { volumes: [{ name: 'host', hostPath: { path: `/tmp/${text}` } }] });
    },
  },
  {
    what: 'the name of a resource',
    field: /resources/,
    put: (pod, text) =>
      withContainer(pod, { resources: { requests: { [`example.com/${text}`]: '1' }, limits: { [text]: '1' } } }),
  },
  {
    what: 'a quantity',
    field: /resources/,
    put: (pod, text) => withContainer(pod, { resources: { requests: { cpu: text, memory: text } } }),
  },
  {
    what: 'the command of a hook or a probe',
    field: /lifecycle|Probe/,
    put: (pod: TestPod, text: string): ChargedPod => {
      const exec = { command: [text, text] };
      return withContainer(pod, { lifecycle: { postStart: { exec }, preStop: { exec } }, livenessProbe: { exec } });
    },
  },
  {
    what: 'what else a pod says of where it runs',
    field: /spec\./,
    put: (pod: TestPod, text: string): ChargedPod =>
      withSpec(pod, {
        hostname: text,
        subdomain: text,
        schedulerName: text,
        serviceAccountName: text,
        priorityClassName: text,
        nodeSelector: { [text]: text },
        tolerations: [{ key: text, operator: 'Exists' }],
        imagePullSecrets: [{ name: text }],
      }),
  },
];

/** The value of an annotation that a plugin reads. */
export function annotationPlace(name: string): Place {
  return {
    what: `the annotation ${name}`,
    field: /metadata\.annotations/,
    put: (pod, text) => withMetadata(pod, { annotations: { ...pod.metadata.annotations, [name]: text } }),
  };
}

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { entryFor, type VerdictNote, type VerdictTable } from '@interlink/plugin-sdk';
import type { Pod } from '@interlink/spec';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { createApptainerRuntime } from '../runtimes/apptainer-runtime.ts';
import { createNoneRuntime } from '../runtimes/none-runtime.ts';
import { batchVerdicts } from './verdict-table.ts';

const page = fileURLToPath(new URL('../../../../docs/reference/pod-fields.md', import.meta.url));
const fieldList = new URL('__fixtures__/pod-spec-fields.txt', import.meta.url);

const policy = { hostPaths: [{ path: '/data', readOnly: true }] };
const user = { uid: 1000, gid: 1000 };
const namespaces = { kind: 'unprivileged' } as never;
const images = createApptainerRuntime({ homeDirectory: '/home/user' });
const none = createNoneRuntime({ host: {} as never, namespaces });
const withImages = batchVerdicts({ runtime: images, scheduler: {}, policy, user });
const withoutImages = batchVerdicts({ runtime: none, scheduler: {}, policy, user });

/** A value that is no default, where `true` would not do. */
const samples: Readonly<Record<string, unknown>> = {
  'spec.tolerations': [{ key: 'example.org/key' }],
  'spec.os': { name: 'windows' },
  'spec.hostUsers': false,
  'spec.enableServiceLinks': false,
  'spec.volumes[].projected': { sources: [{ secret: {} }] },
  'spec.volumes[].emptyDir.medium': 'Memory',
  'spec.volumes[].persistentVolumeClaim': { claimName: 'data' },
  'spec.containers[].terminationMessagePath': '/var/message',
  'spec.containers[].volumeMounts[].recursiveReadOnly': 'Enabled',
  'spec.containers[].securityContext.runAsUser': 4711,
  'spec.securityContext.runAsUser': 4711,
};

/** What the table says of a field that has no default value. */
function noteOf(table: VerdictTable, pattern: string): VerdictNote | undefined {
  const entry = table[pattern];
  if (entry === undefined) throw new Error(`no entry ${pattern}`);
  const context = { pod: { spec: { volumes: [] } } as unknown as Pod, path: pattern, parent: { name: 'data' } };
  return typeof entry === 'function' ? entry(samples[pattern] ?? true, context) : entry;
}

async function readFields(): Promise<readonly string[]> {
  const lines = (await readFile(fieldList, 'utf8')).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

const cell = (note: VerdictNote | undefined): string => (note ? `**${note.verdict}**: ${note.note}` : '–');

async function buildPage(): Promise<string> {
  const covered = (await readFields()).map((field) => entryFor(withImages, field));
  const patterns = [...new Set(covered.filter((pattern) => pattern !== undefined))].toSorted();
  const rows = patterns.map((pattern) => {
    const [first, second] = [noteOf(withImages, pattern), noteOf(withoutImages, pattern)].map(cell);
    return `| \`${pattern}\` | ${first} | ${first === second ? 'the same' : second} |`;
  });
  const text = `# Pod fields

What becomes of each field of a pod's \`spec\` in the batch backends (process, Slurm), when it has a value that is no default. This page is made from the
table that the plugins judge pods by; \`interlink explain pod.yaml\` gives the verdicts of one pod with the configuration of one plugin.

An entry speaks for all fields below it that have no entry of their own, and one of \`spec.containers[]\` for init containers too. **ignored** fields
are told to the pod as an event, **refused** ones end it with a message that names the field. **emulated** means: in another way than a kubelet, with the same purpose. –: nothing that a pod's author has to know. What depends on
the configuration stands here as with the defaults, one host path allowed, and jobs that run as user 1000.

| field | with images (apptainer, singularity) | without (runtime \`none\`) |
| --- | --- | --- |
${rows.join('\n')}
`;
  return await format(text, { parser: 'markdown', printWidth: 140 });
}

describe('the verdicts of batch backends', () => {
  it('speak for every field of a pod', async () => {
    const unknown = (await readFields()).filter((field) => {
      const entry = entryFor(withImages, field);
      return entry === undefined || !/^spec\.(?!containers\[\]$|initContainers\[\]$)/.test(entry);
    });
    expect(unknown).toEqual([]);
  });

  it('are what the reference page says', async () => {
    await expect(await buildPage()).toMatchFileSnapshot(page);
  });
});

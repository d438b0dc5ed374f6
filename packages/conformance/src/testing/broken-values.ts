import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InvalidInputError, type Container, type Plugin } from '@interlink/spec';
import { injectionChecks } from '../checks/injection-checks.ts';
import { places } from '../checks/injection-corpus.ts';
import { changedContainers, type BrokenPlugin } from './broken-plugin.ts';

/** Mistakes with the values of a pod. */
export const brokenValues: readonly BrokenPlugin[] = [
  {
    what: 'trims arguments',
    group: 'bytes',
    fails: ['gives a container its arguments byte for byte'],
    breakage: changedContainers((container) => ({
      ...container,
      command: (container.command ?? []).map((argument) => argument.trim()),
    })),
  },
  {
    what: 'keeps one line of each value',
    group: 'bytes',
    fails: ['gives a container its variables byte for byte'],
    breakage: changedContainers((container) => ({
      ...container,
      env: (container.env ?? []).map(({ name, value }) => ({ name, value: (value ?? '').split('\n', 1)[0] ?? '' })),
    })),
  },
  {
    what: 'leaves variables out that a shell cannot hold',
    group: 'bytes',
    fails: [
      'gives a container variables of any name',
      'gives a container variables of any name of printable characters',
    ],
    breakage: changedContainers((container) => ({
      ...container,
      env: (container.env ?? []).filter(({ name }) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)),
    })),
  },
  {
    what: 'gives a pod now and then the arguments of the one before',
    group: 'bytes',
    fails: ['keeps 100 pods apart that are created at once, each with its own argument, variable and file'],
    breakage: (correct, world) => {
      let count = 0;
      let before: Container | undefined;
      const mix = changedContainers((container) => {
        count += 1;
        const { command = [] } = (count % 40 === 0 ? before : undefined) ?? container;
        before = container;
        return { ...container, command };
      });
      return mix(withoutVolumes(correct), world);
    },
  },
  {
    what: 'puts every text of a pod into a line of shell',
    group: 'injection',
    fails: injectionChecks.slice(0, places.length).map(({ name }) => name),
    breakage: (correct) => ({
      create: async (data, options) => {
        // The others would only take their time.
        const lines = textsIn(data).filter((text) => text.includes('canary') && !text.includes('\0'));
        await Promise.all(
          lines.map((line) => promisify(execFile)('/bin/sh', ['-c', `: ${line}`]).catch(() => undefined)),
        );
        return await correct.create(data, options);
      },
    }),
  },
  {
    what: 'refuses a text that it does not like without saying where',
    group: 'injection',
    fails: ['takes the name of a pod for a text and nothing else, or refuses it'],
    breakage: (correct) => ({
      create: (data, options) =>
        /\s/.test(data.pod.metadata?.name ?? '')
          ? Promise.reject(new InvalidInputError('the pod is not valid'))
          : correct.create(data, options),
    }),
  },
];

/** Every text in a value, keys too. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** A plugin that runs pods with volumes without them. */
function withoutVolumes(correct: Plugin): Plugin {
  return {
    ...correct,
    create: ({ pod: { spec, ...pod }, ...data }, options) => {
      const { volumes: _volumes, containers = [], ...rest } = spec ?? {};
      const bare = containers.map(({ volumeMounts: _mounts, ...container }) => container);
      return correct.create({ ...data, pod: { ...pod, spec: { ...rest, containers: bare } } }, options);
    },
  };
}

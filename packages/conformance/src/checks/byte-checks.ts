import { randomInt, randomUUID } from 'node:crypto';
import { isInterLinkError, type Container, type EnvVar } from '@interlink/spec';
import { notForForeign, type CheckContext, checksOf } from '../kit/check.ts';
import { createWithFiles } from '../kit/create-with-files.ts';
import { ensure, ensureEqual, show } from '../kit/expect.ts';
import { pathsOf, podWithFiles, type PodWithFiles } from '../kit/pod-with-files.ts';
import { exitCodes } from '../kit/pod-state.ts';
import { readLog, readLogBytes } from '../kit/read-log.ts';
import { sampleFiles, sampleNames, samplePrintableNames, sampleTexts } from './byte-samples.ts';

const appliesTo = notForForeign('the old contract does not promise that values are kept');
const manyPods = 100;
const separator = Buffer.from('\nend of file\n');

/** For the random samples of one check; a failure names it. */
function newSeed(): number {
  return randomInt(2 ** 31);
}

/** An argument from which Kubernetes' own expansion of `$(NAME)` makes the text. */
function asArgument(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Runs a pod of one container to its end and gives the bytes that it wrote. */
async function outputOf(context: CheckContext, fields: Partial<Container>): Promise<Buffer> {
  const pod = context.pods.of([{ script: '', fields }]);
  await context.create(pod);
  ensureEqual(exitCodes(await context.waitForEnd(pod)), [0], 'exit code of a container that prints what it was given');
  return await readLogBytes(context.plugin, pod, context);
}

/** What was written with a NUL after each part. */
function partsOf(output: Buffer): readonly string[] {
  const parts = output.toString('utf8').split('\0');
  ensureEqual(parts.pop(), '', 'what the container wrote after its last value');
  return parts;
}

/** The index of the variable that an error refuses by its field. */
function refusedVariable(error: unknown): number | undefined {
  if (!isInterLinkError(error) || !['ILK_INVALID_INPUT', 'ILK_UNSUPPORTED'].includes(error.code)) return undefined;
  const [, index] = /containers\[0\]\.env\[(\d+)\]/.exec(`${error.field ?? ''} ${error.message}`) ?? [];
  return index === undefined ? undefined : Number(index);
}

/** What a program that no shell started finds in its environment. Leaves the variables out that the plugin refuses by name. */
async function acceptedOutput(
  context: CheckContext,
  variables: readonly EnvVar[],
): Promise<{ output: Buffer; accepted: readonly EnvVar[] }> {
  const accepted = [...variables];
  for (;;) {
    try {
      const output = await outputOf(context, { command: ['cat', '/proc/self/environ'], env: [...accepted] });
      return { output, accepted };
    } catch (error) {
      const refused = refusedVariable(error);
      if (refused === undefined || accepted.length === 0) throw error;
      accepted.splice(refused, 1);
    }
  }
}

/** A variable is what it was, or the pod is refused by its field: a backend may be unable to pass some few. */
async function checkVariables(context: CheckContext, variables: readonly EnvVar[], seed: number): Promise<void> {
  const { output, accepted } = await acceptedOutput(context, variables);
  const found = new Map(partsOf(output).map((entry) => [entry.replace(/=.*/s, ''), entry.replace(/^[^=]*=/, '')]));
  for (const { name, value } of accepted) {
    const what = `the variable ${show(name)} (seed ${seed})`;
    ensure(found.has(name), `${what} is missing in the container`);
    ensureEqual(found.get(name), value, what);
  }
  const refused = variables.length - accepted.length;
  ensure(refused <= variables.length / 10, `${refused} of ${variables.length} variables were refused (seed ${seed})`);
}

const named = (names: readonly string[]): EnvVar[] => names.map((name) => ({ name, value: `'${name}'\n$(id) "` }));

function firstDifference(left: Buffer, right: Buffer): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) if (left[at] !== right[at]) return at;
  return length;
}

/** Every value that a Kubernetes object can hold comes out in the container as it went in. */
export const byteChecks = checksOf('bytes', [
  {
    name: 'gives a container its arguments byte for byte',
    appliesTo,
    run: async (context) => {
      const seed = newSeed();
      const texts = sampleTexts(seed);
      const command = [...context.settings.shell, `printf '%s\\0' "$@"`, 'sh', ...texts.map(asArgument)];
      const found = partsOf(await outputOf(context, { command }));
      texts.forEach((text, index) => ensureEqual(found[index], text, `argument ${index} (seed ${seed})`));
      ensureEqual(found.length, texts.length, 'number of arguments');
    },
  },
  {
    name: 'gives a container its variables byte for byte',
    appliesTo,
    run: async (context) => {
      const seed = newSeed();
      const variables = sampleTexts(seed).map((value, index) => ({ name: `VALUE_${index}`, value }));
      await checkVariables(context, variables, seed);
    },
  },
  {
    name: 'gives a container variables of any name',
    appliesTo,
    run: async (context) => {
      const seed = newSeed();
      await checkVariables(context, named(sampleNames(seed)), seed);
    },
  },
  {
    name: 'gives a container variables of any name of printable characters',
    appliesTo,
    run: async (context) => {
      const seed = newSeed();
      await checkVariables(context, named(samplePrintableNames(seed)), seed);
    },
  },
  {
    name: 'gives a container the files of a Secret and a ConfigMap byte for byte',
    appliesTo,
    run: async (context) => {
      const seed = newSeed();
      const files = sampleFiles(seed);
      const script = `for file in "$@"; do cat -- "$file"; printf '\\nend of file\\n'; done`;
      const command = [...context.settings.shell, script, 'sh', ...pathsOf(files)];
      const made = podWithFiles(context.pods, { script, fields: { command } }, files);
      await createWithFiles(context, made);
      ensureEqual(exitCodes(await context.waitForEnd(made.pod)), [0], 'exit code of a container that reads its files');
      const output = await readLogBytes(context.plugin, made.pod, context);
      let position = 0;
      for (const [name, content] of files) {
        const expected = Buffer.concat([content, separator]);
        const at = firstDifference(output.subarray(position), expected);
        ensure(at === expected.length, `the file ${show(name)} (seed ${seed}) differs from its byte ${at} on`);
        position += expected.length;
      }
      ensureEqual(output.length, position, 'length of all files');
    },
  },
  {
    name: `keeps ${manyPods} pods apart that are created at once, each with its own argument, variable and file`,
    appliesTo,
    run: async (context) => {
      const pods = Array.from({ length: manyPods }, () => ownValues(context));
      const [first, ...others] = pods;
      // Alone, so that a plugin without volumes is told apart from one that fails.
      if (first) await createWithFiles(context, first.made);
      await Promise.all(others.map(({ made }) => context.create(made.pod, made.objects)));
      for (const { made, expected } of pods) {
        ensureEqual(exitCodes(await context.waitForEnd(made.pod)), [0], 'exit code');
        ensureEqual(await readLog(context.plugin, made.pod, context), expected, 'what a pod found of its own values');
      }
    },
  },
]);

/** A pod that prints three values which no other pod has. */
function ownValues({ pods, settings }: CheckContext): { readonly made: PodWithFiles; readonly expected: string } {
  const [argument, value, content] = [randomUUID(), randomUUID(), randomUUID()];
  const files = new Map([['file', Buffer.from(content)]]);
  const command = [...settings.shell, `printf '%s %s ' "$1" "$VALUE"; cat "$2"`, 'sh', argument, ...pathsOf(files)];
  const made = podWithFiles(pods, { script: '', env: { VALUE: value }, fields: { command } }, files);
  return { made, expected: `${argument} ${value} ${content}` };
}

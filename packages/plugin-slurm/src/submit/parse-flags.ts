import { InvalidInputError } from '@interlink/spec';
import { longNames, sbatchOptions } from './sbatch-options.ts';

/** One option for `sbatch`, by its long name; no value for a switch. */
export interface Flag {
  readonly name: string;
  readonly value?: string;
}

/** The argument of `sbatch` for a flag: always one word. */
export function formatFlag({ name, value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

/**
 * Options as people write them in `#SBATCH` lines: `--mem=4G -p debug -N1 --constraint "a b"`.
 *
 * @param field where they stand, for errors, e.g. the annotation's name.
 * @throws InvalidInputError for an unknown option, a missing or superfluous value, an open quote.
 */
export function parseFlags(text: string, field: string): Flag[] {
  return parseFlagWords(splitWords(text, field), field);
}

/** The same for words that are split already. */
export function parseFlagWords(words: readonly string[], field: string): Flag[] {
  const flags: Flag[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { name, value } = parseWord(word, field);
    const kind = sbatchOptions[name]?.value;
    if (kind === 'none' && value !== undefined) fail(`--${name} takes no value`, field);
    if (kind !== 'required' || value !== undefined) {
      flags.push({ name, ...(value === undefined ? {} : { value }) });
      continue;
    }
    const next = rest.shift();
    if (next === undefined) fail(`--${name} needs a value`, field);
    flags.push({ name, value: next });
  }
  for (const { name, value } of flags) checkValue(name, value, field);
  return flags;
}

function parseWord(word: string, field: string): Flag {
  const [, longName, longValue] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (longName !== undefined) {
    if (!Object.hasOwn(sbatchOptions, longName)) fail(`--${longName} is no option of sbatch`, field);
    return { name: longName, ...(longValue === undefined ? {} : { value: longValue }) };
  }
  const [, letter = '', shortValue = ''] = /^-([A-Za-z])=?(.*)$/s.exec(word) ?? [];
  const name = longNames.get(letter);
  if (name === undefined) return fail(`${JSON.stringify(word)} is no option of sbatch`, field);
  return { name, ...(shortValue === '' ? {} : { value: shortValue }) };
}

/** The kernel starts no program with an argument of 128 KiB. */
const longestValue = 4096;

function checkValue(name: string, value: string | undefined, field: string): void {
  if (value === undefined) return;
  if (value === '') fail(`--${name} needs a value`, field);
  if (value.length > longestValue) fail(`--${name} has a value of more than ${longestValue} characters`, field);
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[\u0000-\u001f\u007f]/.test(value)) fail(`--${name} has a value with a control character`, field);
}

function fail(problem: string, field: string): never {
  throw new InvalidInputError(`${field}: ${problem}`, { field });
}

/** Words as a shell splits them: quotes and backslashes mean what they mean there, nothing else does. */
export function splitWords(text: string, field: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === undefined && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else if (character === '\\' && quote !== "'") {
      index += 1;
      word = (word ?? '') + (text[index] ?? '');
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw new InvalidInputError(`${field} has a quote that is not closed`, { field });
  return word === undefined ? words : [...words, word];
}

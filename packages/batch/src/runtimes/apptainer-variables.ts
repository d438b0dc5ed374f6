import type { ResolvedContainer } from '@interlink/plugin-sdk';
import { UnsupportedError } from '@interlink/spec';

type Variable = readonly [name: string, value: string];

/** How the variables of a container reach it through apptainer. */
export interface ApptainerVariables {
  /** For the environment of apptainer itself. */
  readonly environment: readonly Variable[];
  /** Whether some of them get through only where apptainer lets its own environment into the container. */
  readonly needsOwnEnvironment: boolean;
}

/**
 * The environment of an apptainer process whose container shall have these variables.
 *
 * @remarks
 * What is named with the prefix, apptainer writes into a text that its own shell reads. Seen in 1.4.5: a name that is no identifier, or
 * one that cannot be set (`UID`), and a value with U+0080 make it lose all variables; of a carriage return before a newline one is lost.
 * Other names get through in apptainer's own environment.
 * @throws UnsupportedError naming a variable that cannot be passed.
 */
export function mapApptainerVariables(
  container: ResolvedContainer,
  variables: readonly Variable[],
  prefix: string,
): ApptainerVariables {
  const plain = variables.filter(([name]) => !isSettable(name));
  for (const [name] of plain)
    if (hasMeaning.test(name)) refuse(container, name, 'name', 'means something to apptainer or to a shell on its way');
  for (const [name, value] of variables) {
    if (ownNames.has(name)) refuse(container, name, 'name', 'is one that apptainer uses itself on the way');
    if (name === 'HOME' && !isHome(value))
      refuse(container, name, 'value', 'must be an absolute path without a colon, as apptainer takes it');
    if (isSettable(name) && value.includes(lostCharacter))
      refuse(container, name, 'value', 'has the character U+0080, which apptainer cannot pass on');
  }
  const environment = variables.map(([name, value]): Variable =>
    isSettable(name) ? [`${prefix}${name}`, value.replaceAll('\r\n', '\r\r\n')] : [name, value],
  );
  return { environment, needsOwnEnvironment: plain.length > 0 };
}

const lostCharacter = '\u0080';
/** Variables of the shell text by which apptainer 1.4.5 sets those of the container; it leaves values of its own in them. */
const ownNames = new Set(['e', 'key', '__exported_env__', '__apptainer_cmd__', '__script__']);
const hasMeaning = /^(APPTAINER|SINGULARITY|BASH_FUNC_)/;

/** Apptainer reads `SOURCE:PATH` in it, too. */
function isHome(value: string): boolean {
  return value === '' || /^\/[^:]*$/.test(value);
}

/** Whether apptainer's shell can set a variable of this name. */
function isSettable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== 'UID' && name !== 'EUID';
}

function refuse(container: ResolvedContainer, name: string, part: 'name' | 'value', reason: string): never {
  const index = (container.spec.env ?? []).findLastIndex((variable) => variable.name === name);
  const field = index === -1 ? `${container.field}.envFrom` : `${container.field}.env[${index}].${part}`;
  throw new UnsupportedError(`${field}: the variable ${JSON.stringify(name)} ${reason}`, { field });
}

import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigError(`${file}: cannot be read (${reason})`, { cause: error });
  }
}

/**
 * The content of a YAML file as plain data; an empty file gives an empty object.
 *
 * @throws ConfigError that names the file, and line and column of a syntax error.
 */
export async function readYamlFile(file: string): Promise<unknown> {
  const lineCounter = new LineCounter();
  const document = parseDocument(await readText(file), { lineCounter, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: ${problem.message}`);
  }
  return (document.toJS() as unknown) ?? {};
}

import { executeTemplate } from './execute-template.ts';
import { parseTemplate } from './parse-template.ts';

/** A job-script template, parsed. */
export interface Template {
  /**
   * The script for a pod's data.
   *
   * @throws InvalidInputError naming template and line, when the data does not fit.
   */
  execute(data: unknown): string;
}

/**
 * Parses a template in the syntax of Go's text/template.
 *
 * Supported: fields by JSON or Go name, variables, pipes, parentheses, `if`, `with`, `range` with `else`, `break` and `continue`, trimming,
 * comments, and the functions `and or not eq ne lt le gt ge len index slice print printf println html urlquery`; also `shellQuote`,
 * which Go lacks. `define`, `template`, `block` and other functions are refused.
 *
 * @param name - Name of the template in errors, e.g. its file.
 * @throws InvalidInputError naming template and line.
 */
export function compileTemplate(name: string, source: string): Template {
  const body = parseTemplate(name, source);
  return { execute: (data) => executeTemplate(name, body, data) };
}

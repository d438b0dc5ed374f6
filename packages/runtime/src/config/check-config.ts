import type { z } from 'zod';
import { ConfigError } from './config-error.ts';

/** `['TLS', 'CertFile']` as `TLS.CertFile`, list items as `[0]`. */
export function formatConfigPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => formatConfigPath([...issue.path, key]));
    return `unknown key ${keys.join(', ')}`;
  }
  const path = formatConfigPath(issue.path);
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/**
 * The checked configuration with its defaults.
 *
 * @param options.source - What the value came from, for the message: a file name, or `environment`.
 * @throws ConfigError that names the source and every key at fault.
 */
export function checkConfig<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  options: { readonly source: string },
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(describeIssue);
  throw new ConfigError(`${options.source}: ${problems.join('; ')}`, { details: { problems } });
}

import { readFileSync } from 'node:fs';

/** The version in the package.json above a module, for `--version`. Pass `import.meta.url` of a file in `src` or `dist`. */
export function packageVersion(moduleUrl: string): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', moduleUrl), 'utf8')) as { version: string };
  return manifest.version;
}

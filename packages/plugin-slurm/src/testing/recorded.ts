import { readFileSync } from 'node:fs';

/** The versions of Slurm whose words are recorded in `__fixtures__`. */
export const recordedVersions = ['22.05', '24.11'] as const;

/** What a program of Slurm printed, without the fixture's head. */
export function readRecorded(version: string, name: string): string {
  const text = readFileSync(new URL(`../scheduler/__fixtures__/${version}/${name}`, import.meta.url), 'utf8');
  return text.replace(/^(?:# .*\n)+/, '');
}

/** A command that failed, or warned. */
export interface RecordedEnd {
  readonly command: string;
  readonly exitCode: number;
  readonly stderr: string;
}

/** The commands in a fixture of those, in order. */
export function readRecordedEnds(version: string, name: string): RecordedEnd[] {
  const blocks = readRecorded(version, name).matchAll(/^\$ (.*)\nexit code (\d+)\n([^$]*)/gm);
  return [...blocks].map(([, command = '', code = '', stderr = '']) => ({
    command,
    exitCode: Number(code),
    stderr: stderr.trim(),
  }));
}

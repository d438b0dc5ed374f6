import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { legacyKeys } from './config/slurm-legacy-schema.ts';
import { slurmConfigSchema } from './config/slurm-config.ts';
import { slurmStates } from './scheduler/map-slurm-state.ts';
import { guardedAnnotations, slurmAnnotations } from './submit/annotations.ts';

const page = readFileSync(new URL('../../../docs/reference/slurm-plugin.md', import.meta.url), 'utf8');

/** The words in backquotes in the first cells of a chapter's table, with the rest of their rows. */
function rowsOf(chapter: string): Map<string, string> {
  const [, text = ''] = page.split(`\n## ${chapter}\n`);
  const rows = (text.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]+)\|(.*)$/gm);
  const named = [...rows].flatMap(([, cell = '', rest = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, rest] as const),
  );
  return new Map(named);
}

describe('the reference page', () => {
  it('has every key of the configuration, and no other', () => {
    const sections = [...rowsOf('Keys').keys()].map((key) => key.split('.')[0]).filter((key) => key !== '');
    const programs = new Set(['scancel', 'squeue', 'sacct', 'scontrol', 'srun']);
    const keys = new Set(sections.filter((key) => !programs.has(key ?? '')));
    expect([...keys].toSorted()).toEqual(Object.keys(slurmConfigSchema.shape).toSorted());
  });

  it('has every key of the Go plugin’s file, and no other', () => {
    const keys = [...rowsOf('A file of the Go plugin').keys()];
    expect(keys.toSorted()).toEqual(Object.keys(legacyKeys).toSorted());
  });

  it('has every annotation, and says which are refused by default', () => {
    const rows = rowsOf('Annotations');
    const short = (name: string) => name.replace('slurm-job.vk.io/', '');
    const names = [...Object.values(slurmAnnotations), 'interlink.eu/pod-ip'].map(short);
    expect([...rows.keys()].toSorted()).toEqual(names.toSorted());
    const refused = [...rows].filter(([, rest]) => rest.startsWith(' refused')).map(([name]) => name);
    expect(refused.toSorted()).toEqual(guardedAnnotations.map(short).toSorted());
  });

  it('has every reason that a state of Slurm gives', () => {
    const reasons = Object.values(slurmStates).flatMap((state) => ('reason' in state ? [state.reason] : []));
    expect([...rowsOf('Reasons').keys()]).toEqual(expect.arrayContaining([...new Set(reasons)]));
  });
});

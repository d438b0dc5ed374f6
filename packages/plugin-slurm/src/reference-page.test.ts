import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { environmentKeys, environmentSwitches } from './config/slurm-legacy-config.ts';
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

/** The keys of a schema down to those that hold values: `tls.certFile`; what lists hold as `flavors[].name`. */
function leavesOf(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, value]) =>
      leavesOf(value, path === '' ? key : `${path}.${key}`),
    );
  if (schema instanceof z.ZodArray) return leavesOf(schema.element, `${path}[]`);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return leavesOf(schema.unwrap(), path);
  return [path.replace(/\[\]$/, '')];
}

/** The keys that the page has in the same form; `.memory` after `capacity.cpu` is `capacity.memory`. */
function keysOnPage(): string[] {
  let section = '';
  return [...rowsOf('Keys')].flatMap(([name, rest]) => {
    const key = name.startsWith('.') ? section + name : name;
    section = key.split('.', 1)[0] ?? '';
    const [, items = ''] = /\| list of ((?:`\w+`(?:, )?)+)/.exec(rest) ?? [];
    return items === '' ? [key] : [...items.matchAll(/`(\w+)`/g)].map(([, item = '']) => `${key}[].${item}`);
  });
}

describe('the reference page', () => {
  it('has every key of the configuration, and no other', () => {
    const keys = leavesOf(slurmConfigSchema, '');
    expect(keys).toEqual(expect.arrayContaining(['tls.certFile', 'commands.srun', 'flavors[].cpus', 'flags.allow']));
    expect(keysOnPage().toSorted()).toEqual(keys.toSorted());
  });

  it('has every environment name of the Go plugin, and no other', () => {
    const [, chapter = ''] = page.split('\n## A file of the Go plugin\n');
    const withoutMeanings = chapter.replaceAll(/^(\|[^|]*\|[^|]*)\|.*$/gm, '$1');
    const names = [...withoutMeanings.matchAll(/`\$?([A-Z]+(?:_[A-Z]+)*)(?:=\w+)?`/g)].map(([, name = '']) => name);
    const known = [...Object.values(environmentKeys), ...Object.values(environmentSwitches), 'SLURMCONFIGPATH'];
    expect(names.toSorted()).toEqual(known.toSorted());
  });

  it('says which key an environment name stands for', () => {
    const rows = rowsOf('A file of the Go plugin');
    for (const [key, name] of Object.entries(environmentKeys)) expect(rows.get(key)).toContain(`\`${name}\``);
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

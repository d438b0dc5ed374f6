import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkConfig } from './check-config.ts';
import { isConfigError } from './config-error.ts';
import { readYamlFile } from './read-yaml-file.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'interlink-config-'));
});
afterAll(() => rm(directory, { recursive: true }));

const schema = z.strictObject({
  port: z.number().default(3000),
  tls: z.strictObject({ certFile: z.string() }).optional(),
  nodes: z.array(z.strictObject({ name: z.string() })).default([]),
});

describe('checkConfig', () => {
  it('gives the configuration with its defaults', () => {
    expect(checkConfig(schema, {}, { source: 'a.yaml' })).toEqual({ port: 3000, nodes: [] });
  });

  it.each([
    [{ prot: 1 }, 'a.yaml: unknown key prot'],
    [{ tls: { certFile: 'x', keyfile: 'y' } }, 'a.yaml: unknown key tls.keyfile'],
    [{ nodes: [{ name: 'a' }, { nam: 'b' }] }, 'nodes[1].name'],
    [{ port: 'many' }, 'a.yaml: port: '],
  ])('names file and key of %j', (value, message) => {
    expect(() => checkConfig(schema, value, { source: 'a.yaml' })).toThrow(message);
  });
});

describe('readYamlFile', () => {
  it('names file, line and column of a syntax error', async () => {
    const file = join(directory, 'broken.yaml');
    await writeFile(file, 'a: 1\nb: [1, 2\nc: 3\n');
    const error: unknown = await readYamlFile(file).catch((thrown: unknown) => thrown);
    expect(isConfigError(error)).toBe(true);
    expect(String(error)).toMatch(/broken\.yaml:\d+:\d+: /);
  });

  it('names a file that is not there', async () => {
    await expect(readYamlFile(join(directory, 'none.yaml'))).rejects.toThrow('none.yaml: cannot be read (ENOENT)');
  });

  it('takes an empty file for an empty configuration', async () => {
    const file = join(directory, 'empty.yaml');
    await writeFile(file, '\n');
    expect(await readYamlFile(file)).toEqual({});
  });
});

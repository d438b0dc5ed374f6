import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocalHost } from './local-host.ts';

describe('discardTree', () => {
  it('leaves nothing, neither of the tree nor of a removal that a crash interrupted', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'discard-'));
    try {
      for (const name of ['job', '.new-job']) {
        await mkdir(join(parent, name, 'closed'), { recursive: true });
        await writeFile(join(parent, name, 'closed/file'), 'x');
      }
      await createLocalHost().discardTree(join(parent, 'job'));
      await createLocalHost().discardTree(join(parent, 'absent'));
      expect(await readdir(parent)).toEqual([]);
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });
});

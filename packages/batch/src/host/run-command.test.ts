import { describe, expect, it } from 'vitest';
import { createLocalHost } from './local-host.ts';

describe('a command of this machine', () => {
  // spawn() throws for some reasons and reports others.
  const tooLong = 'x'.repeat(200_000);
  it.each([
    [['/no/such/program'], 'ENOENT'],
    [['echo', tooLong], 'E2BIG'],
  ])('that cannot be started (%.20j) is an error with its reason', async (argv, code) => {
    const expected = { code: 'ILK_BACKEND', message: expect.stringContaining(`cannot be started: ${code}`) as string };
    await expect(createLocalHost().run(argv)).rejects.toMatchObject(expected);
    await expect(createLocalHost().stream(argv)).rejects.toMatchObject(expected);
  });
});

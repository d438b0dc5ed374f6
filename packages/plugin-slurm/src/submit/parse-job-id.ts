/** `123` or `123;cluster`, the last line of `sbatch --parsable`; what a site's plugins print before it does not matter. */
export function parseJobId(stdout: string): string | undefined {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  return /^(\d+)(?:;\S+)?$/.exec(last.trim())?.[1];
}

import type { Progress } from '../progress/progress.ts';

/** Keeps everything that was said. */
export function recordProgress(): Progress & { readonly lines: string[]; readonly fractions: number[] } {
  const lines: string[] = [];
  const fractions: number[] = [];
  return {
    lines,
    fractions,
    say: (message) => void lines.push(message),
    begin(title, usually) {
      lines.push(`${title} (${usually})`);
      return { update: (fraction) => void fractions.push(fraction), end: () => undefined };
    },
  };
}

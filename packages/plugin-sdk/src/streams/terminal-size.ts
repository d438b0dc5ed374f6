import type { TerminalSize } from '@interlink/spec';

const longestSide = 65_535;

/** A size as Kubernetes sends it. */
export function formatTerminalSize({ width, height }: TerminalSize): Uint8Array {
  return Buffer.from(JSON.stringify({ Width: width, Height: height }));
}

/** The size in a message; undefined for anything else, and for a terminal without room. */
export function parseTerminalSize(data: Uint8Array): TerminalSize | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(Buffer.from(data).toString('utf8')) as Record<string, unknown>;
    return isSide(width) && isSide(height) ? { width, height } : undefined;
  } catch {
    // No JSON, or null.
    return undefined;
  }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= longestSide;
}

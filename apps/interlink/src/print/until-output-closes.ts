/** What a shell reports for a program that SIGPIPE ended. */
const brokenPipe = 141;

/**
 * Runs a command until nobody reads standard output any more, as after `| head -1`: then the command's signal aborts, so that it
 * takes away what it started.
 *
 * @returns the command's exit code; 141 when the output was closed.
 */
export async function untilOutputCloses(
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<number>,
  output: NodeJS.EventEmitter = process.stdout,
): Promise<number> {
  const closed = new AbortController();
  // Stays for good: what is still in the pipe fails after the command's end.
  output.on('error', () => closed.abort(new DOMException('standard output was closed', 'AbortError')));
  try {
    const exitCode = await run(AbortSignal.any([signal, closed.signal]));
    return closed.signal.aborted ? brokenPipe : exitCode;
  } catch (error) {
    if (closed.signal.aborted) return brokenPipe;
    throw error;
  }
}

#!/usr/bin/env node
import { runCommand } from './command/conformance-command.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stop.abort(new Error('interrupted')));
}

try {
  process.exitCode = await runCommand(process.argv.slice(2), process, stop.signal);
} catch (error) {
  process.stderr.write(`interlink-conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

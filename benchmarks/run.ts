/**
 * Runs the benchmarks named on the command line (all without a name), each in a process of its own, and prints one JSON document.
 * A benchmark is `<name>.bench.ts`: it writes progress to standard error and one JSON object to standard output.
 */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';

const folder = new URL('.', import.meta.url);
const suffix = '.bench.ts';

async function benchmarkNames(): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(suffix));
  return files.map((file) => file.slice(0, -suffix.length)).toSorted();
}

function runBenchmark(name: string): Promise<unknown> {
  const file = new URL(`${name}${suffix}`, folder);
  const child = spawn(process.execPath, ['--conditions=@interlink/source', '--expose-gc', file.pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code === 0 ? JSON.parse(output) : { failed: true, exitCode: code, output }));
  });
}

const known = await benchmarkNames();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`bench: no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exitCode = 2;
} else {
  const results: Record<string, unknown> = {};
  for (const name of asked.length > 0 ? asked : known) {
    console.error(`bench: ${name} …`);
    results[name] = await runBenchmark(name);
  }
  const machine = {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model,
    memoryBytes: totalmem(),
    node: process.version,
  };
  console.log(JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2));
  if (Object.values(results).some((result) => typeof result === 'object' && result !== null && 'failed' in result))
    process.exitCode = 1;
}

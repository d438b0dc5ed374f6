import { readdir, readFile } from 'node:fs/promises';

/** Command lines of all processes of this machine that contain the text, e.g. a directory that a test made. Linux only. */
export async function findProcesses(text: string): Promise<readonly string[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(numbers.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.replaceAll('\0', ' ').trim()).filter((line) => line.includes(text));
}

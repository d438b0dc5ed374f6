import { readFile } from 'node:fs/promises';

/** When what happened to a pod in the fake plugin, in milliseconds since 1970. */
export interface PluginTimes {
  create?: number;
  running?: number;
  ended?: number;
}

/** Reads what the fake plugin wrote of its pods, by name; the first time of each counts. */
export async function readPluginTimes(configFile: string): Promise<ReadonlyMap<string, PluginTimes>> {
  const text = await readFile(`${configFile}.times`, 'utf8');
  const times = new Map<string, PluginTimes>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [what = '', name = '', at = ''] = line.split(' ');
    const entry = times.get(name) ?? {};
    times.set(name, entry);
    if (what === 'create' || what === 'running' || what === 'ended') entry[what] ??= Number(at);
  }
  return times;
}

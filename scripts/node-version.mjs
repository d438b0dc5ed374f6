import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { programs } from './repository.mjs';

const oldest = [22, 19];

/** Whether the Node that runs this is new enough for everything else. */
export function isNodeNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** The Node that the dependencies bring; undefined when they are not there. */
export function installedNode() {
  const path = join(programs, 'node');
  return existsSync(path) ? path : undefined;
}

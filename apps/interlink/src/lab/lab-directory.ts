import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `interlink` keeps for a user: `$XDG_STATE_HOME/interlink`, by default below `~/.local/state`. */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'interlink');
}

/** Where `interlink lab` keeps its one lab. */
export function labDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(stateDirectory(environment), 'lab');
}

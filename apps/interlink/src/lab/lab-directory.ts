import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `interlink lab` keeps its one lab: `$XDG_STATE_HOME/interlink/lab`, by default below `~/.local/state`. */
export function labDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const stateHome = environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(stateHome, 'interlink', 'lab');
}

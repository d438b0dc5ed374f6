import { InvalidInputError } from '@interlink/spec';
import { missingPrograms } from './control-plane-binaries.ts';
import type { BinarySource } from './source.ts';

const ownVariable = 'INTERLINK_CONTROL_PLANE_DIR';
const sharedVariable = 'KUBEBUILDER_ASSETS';

/**
 * A directory that the user names. `INTERLINK_CONTROL_PLANE_DIR` must hold every program, because whoever set it means it;
 * `KUBEBUILDER_ASSETS` often holds three of five and is then passed by.
 */
export const namedDirectory: BinarySource = {
  name: 'named directory',
  async obtain({ environment }) {
    const own = environment[ownVariable];
    if (own !== undefined && own !== '') {
      const missing = await missingPrograms(own);
      if (missing.length === 0) return { directory: own };
      throw new InvalidInputError(`${ownVariable} is ${own}, which lacks ${missing.join(', ')}`, {
        field: ownVariable,
      });
    }
    const shared = environment[sharedVariable];
    if (shared === undefined || shared === '')
      return { refused: `neither ${ownVariable} nor ${sharedVariable} is set` };
    const missing = await missingPrograms(shared);
    return missing.length === 0 ? { directory: shared } : { refused: `${sharedVariable} lacks ${missing.join(', ')}` };
  },
};

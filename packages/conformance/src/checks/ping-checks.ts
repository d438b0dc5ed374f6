import { features } from '@interlink/spec';
import { checksOf } from '../kit/check.ts';
import { ensure } from '../kit/expect.ts';

/** A ping says that the plugin lives and what it offers. */
export const pingChecks = checksOf('ping', [
  {
    name: 'answers a ping',
    run: async ({ plugin, signal }) => {
      await plugin.ping({ signal });
    },
  },
  {
    name: 'answers several pings at the same time',
    run: async ({ plugin, signal }) => {
      await Promise.all([1, 2, 3, 4].map(() => plugin.ping({ signal })));
    },
  },
  {
    name: 'announces only features that the contract knows',
    run: async ({ plugin, signal }) => {
      const announced = (await plugin.ping({ signal })).interlink?.features ?? [];
      const unknown = announced.filter((name) => !(features as readonly string[]).includes(name));
      ensure(unknown.length === 0, `unknown features: ${unknown.join(', ')}`);
    },
  },
]);

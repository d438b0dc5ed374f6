import type { InterLinkApi } from '@interlink/spec';
import { aroundCalls, type Operation } from '@interlink/plugin-sdk';

const changing: ReadonlySet<Operation> = new Set<Operation>(['create', 'update', 'delete']);

/** The same API, whose creates, updates and deletes go out only while `check` does not throw. */
export function fenceInterLinkApi(api: InterLinkApi, check: () => void): InterLinkApi {
  return aroundCalls(api, async (operation, call) => {
    if (changing.has(operation)) check();
    return await call();
  });
}

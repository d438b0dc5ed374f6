import { isInterLinkError } from '@interlink/spec';
import type { OperationsAnswer, OperationsRoute } from '../operations/start-operations-server.ts';
import type { Profiler } from './profiler.ts';

/** Paths under which every process serves its profiles. */
export const profilingPaths = { profile: '/debug/profile', heap: '/debug/heap' } as const;

/** How long a profile takes when nobody says. */
export const defaultProfileSeconds = 30;

/** The routes of a profiler on an operations server. Its heap holds secrets: for an address that only this machine reaches. */
export function profilingRoutes(profiler: Profiler): Readonly<Record<string, OperationsRoute>> {
  return {
    [profilingPaths.profile]: onlyGet(async ({ query, signal }) => ({
      status: 200,
      body: await profiler.profile(Number(query.get('seconds') ?? defaultProfileSeconds), { signal }),
      ...file('application/json', 'cpuprofile'),
    })),
    [profilingPaths.heap]: onlyGet(() => ({
      status: 200,
      body: profiler.heap(),
      ...file('application/octet-stream', 'heapsnapshot'),
    })),
  };
}

function file(contentType: string, extension: string): Pick<OperationsAnswer, 'contentType' | 'headers'> {
  return { contentType, headers: { 'content-disposition': `attachment; filename="interlink.${extension}"` } };
}

/** A HEAD must not stop the process for a snapshot that nobody gets. */
function onlyGet(route: OperationsRoute): OperationsRoute {
  return async (question) => {
    if (question.method !== 'GET') return { status: 405, body: 'only GET\n' };
    try {
      return await route(question);
    } catch (error) {
      if (isInterLinkError(error)) return { status: error.httpStatus, body: `${error.message}\n` };
      throw error;
    }
  };
}

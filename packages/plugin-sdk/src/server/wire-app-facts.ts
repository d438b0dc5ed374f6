import type { FastifyInstance } from 'fastify';

/** What `listen` must know of a server that `buildWireApp` built. */
export interface WireAppFacts {
  /** Whether callers need a credential that the server itself judges. */
  readonly asksForCredential: boolean;
  /** Aborts every request that is still worked on. */
  endRequests(): void;
}

const facts = new WeakMap<object, WireAppFacts>();

/** Remembers the facts of a server. */
export function markWireApp(app: FastifyInstance, known: WireAppFacts): void {
  facts.set(app, known);
}

/** The facts of a server; undefined for one that was built otherwise. */
export function wireAppFacts(app: FastifyInstance): WireAppFacts | undefined {
  return facts.get(app);
}

/** HTTP headers of both hops. */
export const headers = {
  /** Correlates the log lines of one call over all hops. */
  session: 'interlink-http-session',
} as const;

/** What a registry asks for in `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** The first challenge that can be met; undefined where there is none. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const [, parameters] = /\bbearer\s+(.*)$/i.exec(header) ?? [];
  if (parameters !== undefined) {
    const values = Object.fromEntries(
      [...parameters.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
    );
    const { realm, service, scope } = values;
    if (realm === undefined) return undefined;
    return {
      scheme: 'bearer',
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return /\bbasic\b/i.test(header) ? { scheme: 'basic' } : undefined;
}

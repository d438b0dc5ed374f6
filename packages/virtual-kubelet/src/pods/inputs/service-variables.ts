import type { Service } from '@interlink/spec';

/** A name and its value. */
export type Variable = readonly [name: string, value: string];

/**
 * The variables a kubelet makes of Services: `<NAME>_SERVICE_HOST`, `<NAME>_SERVICE_PORT` and the older link form.
 * Headless Services and those without an address give none.
 */
export function serviceVariables(services: readonly Service[]): readonly Variable[] {
  return services.flatMap(variablesOf);
}

function variablesOf(service: Service): readonly Variable[] {
  const address = service.spec?.clusterIP ?? '';
  const ports = service.spec?.ports ?? [];
  const [first] = ports;
  if (address === '' || address === 'None' || first === undefined) return [];
  const name = variableName(service.metadata?.name ?? '');
  const named = ports
    .filter((port) => port.name !== undefined && port.name !== '')
    .map((port): Variable => [`${name}_SERVICE_PORT_${variableName(port.name ?? '')}`, String(port.port)]);
  const host = address.includes(':') ? `[${address}]` : address;
  const links = ports.flatMap(({ port, protocol = 'TCP' }): Variable[] => {
    const prefix = `${name}_PORT_${port}_${protocol}`;
    const url = `${protocol.toLowerCase()}://${host}:${port}`;
    return [
      [prefix, url],
      [`${prefix}_PROTO`, protocol.toLowerCase()],
      [`${prefix}_PORT`, String(port)],
      [`${prefix}_ADDR`, address],
    ];
  });
  return [
    [`${name}_SERVICE_HOST`, address],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...named,
    [`${name}_PORT`, `${(first.protocol ?? 'TCP').toLowerCase()}://${host}:${first.port}`],
    ...links,
  ];
}

function variableName(text: string): string {
  return text.replaceAll('-', '_').toUpperCase();
}

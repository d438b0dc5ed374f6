type JsonObject = Readonly<Record<string, unknown>>;

/** Go names of the create request whose JSON key is another word. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['containers', 'container'],
  ['jobscriptbuild', 'jobConfig'],
  ['singularityhub', 'SingularityHubProxy'],
  ['volumesoptions', 'Volumes'],
]);

/** Embedded Go structs whose fields stand in the JSON object itself. */
const embedded = new Set([
  'volumesource',
  'localobjectreference',
  'projectedvolumesource',
  'typemeta',
  'probehandler',
  'lifecyclehandler',
]);

/**
 * The value of a field, by its JSON name (`.metadata.name`) or its Go name (`.Name`, `.Spec.Containers`, `.ObjectMeta.Labels`).
 *
 * A field that is absent gives undefined: Go leaves zero values out of the JSON, so absent and zero are one.
 */
export function lookUpField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return methodOf(value, name);
  const object = value as JsonObject;
  if (Object.hasOwn(object, name)) return object[name] ?? undefined;
  const plain = plainName(name);
  if (plain === 'objectmeta') return object['metadata'];
  if (embedded.has(plain)) return object;
  const key = findKey(object, plain) ?? findKey(object, plain.replace(/^get/, ''));
  if (key !== undefined) return object[key] ?? undefined;
  const other = renamed.get(plain);
  if (other !== undefined && Object.hasOwn(object, other)) return object[other] ?? undefined;
  return fromMetadata(object, name);
}

/** Go promotes the fields of an object's metadata: `.Pod.Name` is `.metadata.name`. */
function fromMetadata(object: JsonObject, name: string): unknown {
  const metadata = object['metadata'];
  return typeof metadata === 'object' && metadata !== null ? lookUpField(metadata, name) : undefined;
}

/** Upper and lower case and underscores do not count: `MasterToken` is `master_token`, `PodIP` is `podIP`. */
function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function findKey(object: JsonObject, plain: string): string | undefined {
  return Object.keys(object).find((key) => plainName(key) === plain);
}

/** Quantities are strings in JSON: `.Requests.Cpu.String` reads as in Go. */
function methodOf(value: unknown, name: string): unknown {
  return name === 'String' && typeof value !== 'object' ? value : undefined;
}

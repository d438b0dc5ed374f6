import { join } from 'node:path';

type Section = Readonly<Record<string, unknown>>;

/** Where the interLink API is and what is shown to it: an entry with its own URL must not send another site's token to it. */
const connectionKeys: ReadonlySet<string> = new Set(['InterlinkURL', 'InterlinkPort', 'VKTokenFile', 'TLS', 'HTTP']);
/** Keys of an entry that the file of one node does not have. */
const entryKeys: ReadonlySet<string> = new Set(['NodeName', 'KubeletPort']);

/**
 * The file of one node out of an entry of `Nodes` and the keys beside the list, which are the defaults of all entries. Sections are merged key by key,
 * lists and values replaced. An entry that names its own `InterlinkURL` takes nothing else of the connection from the defaults.
 */
export function mergeNodeEntry(defaults: Section, entry: Section, nodeName: string): Section {
  const { CertificateDirectory: directory, OAuth2: oauth, ...extensions } = sectionOf(defaults['Extensions']);
  const own = Object.entries(entry).filter(([key]) => !entryKeys.has(key));
  const isElsewhere = entry['InterlinkURL'] !== undefined;
  const shared = Object.entries(defaults).filter(([key]) => !(isElsewhere && connectionKeys.has(key)));
  // Each node has a certificate of its own.
  const certificates = typeof directory === 'string' ? { CertificateDirectory: join(directory, nodeName) } : {};
  const tokens = isElsewhere || oauth === undefined ? {} : { OAuth2: oauth };
  const base: Section = { ...Object.fromEntries(shared), Extensions: { ...extensions, ...certificates, ...tokens } };
  return { ...base, ...Object.fromEntries(own.map(([key, value]) => [key, mergeValue(base[key], value)])) };
}

function mergeValue(shared: unknown, own: unknown): unknown {
  return isSection(shared) && isSection(own) ? { ...shared, ...own } : own;
}

function sectionOf(value: unknown): Section {
  return isSection(value) ? value : {};
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

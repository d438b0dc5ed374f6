const digits = /^\d+$/;

/** Whether one resource version is later than another. Only numbers can be compared; anything else is not known to be later. */
export function isNewerVersion(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined || !digits.test(version) || !digits.test(than)) return false;
  return version.length === than.length ? version > than : version.length > than.length;
}

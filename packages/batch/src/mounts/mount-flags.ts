const keptFlags = new Set(['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime', 'strictatime']);

/** The flags that locked the file system of a path, read from the text of `/proc/self/mountinfo`. */
export function mountFlags(mountInfo: string, path: string): string[] {
  let best = { length: -1, options: '' };
  for (const line of mountInfo.split('\n')) {
    const [, , , , mountPoint = '', options = ''] = line.split(' ');
    const point = mountPoint.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
    const holds = path === point || path.startsWith(point === '/' ? '/' : `${point}/`);
    // Of two at one point the later one is on top.
    if (mountPoint !== '' && holds && point.length >= best.length) best = { length: point.length, options };
  }
  return best.options.split(',').filter((flag) => keptFlags.has(flag));
}

import { watch } from 'node:fs';
import { userInfo } from 'node:os';
import { createFileLogSource } from '@interlink/plugin-sdk';
import type { Host } from '../contract/host.ts';
import { createTree, discardTree, linkDurably, makeDirectories, writeAt, writeDurably } from './durable-files.ts';
import { listDirectory, readMany, resolveExisting, sizesOf } from './read-files.ts';
import { removeTree } from './remove-tree.ts';
import { runCommand } from './run-command.ts';
import { streamCommand } from './stream-command.ts';

/** This machine, as the user of this process. */
export function createLocalHost(): Host {
  const { homedir: homeDirectory, uid, gid } = userInfo();
  return {
    name: 'local',
    homeDirectory,
    user: { uid, gid },
    run: runCommand,
    stream: streamCommand,
    makeDirectories,
    createTree,
    discardTree,
    writeDurably,
    linkDurably,
    writeAt,
    sizes: sizesOf,
    readMany,
    list: listDirectory,
    resolvePath: resolveExisting,
    remove: async (paths) => {
      for (const path of paths) await removeTree(path);
    },
    watch: watchDirectory,
    openLog: createFileLogSource,
  };
}

function watchDirectory(directory: string, listener: () => void): Disposable {
  try {
    const watcher = watch(directory, { persistent: false }, listener);
    // Polling remains where the watch fails.
    watcher.on('error', () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    return { [Symbol.dispose]: () => undefined };
  }
}

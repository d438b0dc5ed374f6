import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UnavailableError } from '@interlink/spec';
import type { RefreshTokenSettings } from './oauth-settings.ts';

/** The refresh token over restarts. */
export interface RefreshTokenStore {
  /** The one that the server gave last, else the first one. */
  read(): Promise<string>;
  /** Keeps the next one durably. */
  write(token: string): Promise<void>;
}

interface Kept {
  /** SHA-256 of the first token that it goes back to. */
  readonly of: string;
  readonly refreshToken: string;
}

const ownerOnlyDirectory = 0o700;
const ownerOnlyFile = 0o600;

/** A {@link RefreshTokenStore} on files. */
export function createRefreshTokenStore({ file, value, stateFile }: RefreshTokenSettings): RefreshTokenStore {
  async function first(): Promise<string> {
    const text = value ?? (file === undefined ? '' : await readTextFile(file));
    if (text.trim() === '') throw new UnavailableError('the refresh token is empty', { details: { notSent: true } });
    return text.trim();
  }

  return {
    async read() {
      const own = await first();
      const kept = await readKept(stateFile);
      return kept?.of === digest(own) ? kept.refreshToken : own;
    },
    async write(token) {
      const kept: Kept = { of: digest(await first()), refreshToken: token };
      await replaceFile(stateFile, JSON.stringify(kept));
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UnavailableError(`the file ${file} cannot be read`, { cause: error, details: { notSent: true } });
  }
}

/** Undefined when there is none, or one that this program did not write. */
async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept> | null;
    return typeof kept?.of === 'string' && typeof kept.refreshToken === 'string' ? (kept as Kept) : undefined;
  } catch {
    // The engine's message would quote the content; the first token is tried then.
    return undefined;
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: ownerOnlyDirectory });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await using file = await open(temporary, 'wx', ownerOnlyFile);
    await file.writeFile(content);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fdatasync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The calls of the system that writing a file takes. Tests put others in their place. */
export interface FileSystem {
  /** What a path leads to, links followed; undefined where there is nothing. */
  stat(path: string): Stats | undefined;
  isLink(path: string): boolean;
  realpath(path: string): string;
  /** Opens a new file for writing; fails where the name is taken. */
  open(path: string, mode: number): number;
  /** Opens a file to write behind its end; makes it where it is not there. */
  openLog(path: string, mode: number): number;
  /** Cuts a file that is open. */
  truncate(descriptor: number, length: number): void;
  /** Brings the bytes of a file to the disk, and of what is known of it only what finding them takes. */
  fdatasync(descriptor: number): Promise<void>;
  /** Gives a file the owner, as far as that is allowed, and the permissions of another one. */
  likeOld(descriptor: number, old: Stats): void;
  /** Writes what begins at `start`, or a part of it. @returns bytes that were written */
  write(descriptor: number, bytes: Uint8Array, start: number): number;
  fsync(descriptor: number): Promise<void>;
  close(descriptor: number): void;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  fsyncDirectory(path: string): void;
}

/** What changing files and directories that are there takes besides. */
export interface FolderSystem extends FileSystem {
  /** Opens a file that is there: `r+` to cut it, `r` to bring it to the disk. */
  openOld(path: string, flags: 'r' | 'r+'): number;
  /** A copy under a new name, which shares its blocks with the file where that can be; fails where the name is taken. */
  copy(from: string, to: string): Promise<void>;
  /** Fails where the name is taken. */
  mkdir(path: string): void;
  /** Removes a directory with all that is in it, if it is there. */
  removeAll(path: string): void;
}

/** Where a directory cannot be brought to the disk by itself: its file system does so, or nobody can. */
const NO_DIRECTORIES: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EPERM', 'EACCES', 'EISDIR']);

export const nodeFiles: FolderSystem = {
  stat: (path) => statSync(path, { throwIfNoEntry: false }),
  isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
  realpath: (path) => realpathSync(path),
  open: (path, mode) => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode),
  openLog: (path, mode) => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, mode),
  truncate: ftruncateSync,
  fdatasync: promisify(fdatasync),
  likeOld(descriptor, old) {
    const { uid, gid } = fstatSync(descriptor);
    try {
      if (uid !== old.uid || gid !== old.gid) fchownSync(descriptor, old.uid, old.gid);
    } catch {
      // Only the superuser gives files away.
    }
    fchmodSync(descriptor, old.mode & 0o777);
  },
  write: (descriptor, bytes, start) => writeSync(descriptor, bytes, start),
  fsync: promisify(fsync),
  close: closeSync,
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  openOld: (path, flags) => openSync(path, flags),
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
  mkdir: (path) => mkdirSync(path),
  removeAll: (path) => rmSync(path, { recursive: true, force: true }),
  fsyncDirectory(path) {
    try {
      const descriptor = openSync(path, 'r');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (!NO_DIRECTORIES.has((error as NodeJS.ErrnoException).code)) throw error;
    }
  },
};

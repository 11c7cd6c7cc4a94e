import { statSync } from 'node:fs'

/**
 * The device and inode number of the file that is at a path now. `undefined` if there is no file, or if the file system has
 * no such numbers: some network and Windows file systems return 0 for every file.
 */
export function fileIdentity(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && stat.ino !== 0n ? `${stat.dev}:${stat.ino}` : undefined
}

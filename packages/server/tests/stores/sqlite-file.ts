import { existsSync, readFileSync } from 'node:fs'

/** Whether a text is anywhere in a database file or its write-ahead log, deleted or not. */
export function isInFiles(path: string, text: string): boolean {
  return [path, `${path}-wal`, `${path}-journal`].some((file) => existsSync(file) && readFileSync(file).includes(text))
}

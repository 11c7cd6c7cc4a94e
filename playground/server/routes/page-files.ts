import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { getMimeType } from 'hono/utils/mime'

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  /** The name contains a hash of the content, so the file never changes. */
  readonly isImmutable: boolean
}

/** The files of the built page, by URL path. Only these are served, so no path can lead out of the folder. */
export type PageFiles = ReadonlyMap<string, PageFile>

export async function readPageFiles(folder: string): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split(sep).join('/')
    files.set(`/${name}`, {
      body: new Uint8Array(await readFile(path)),
      type: getMimeType(name) ?? 'application/octet-stream',
      isImmutable: name.startsWith('assets/'),
    })
  }
  return files
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Passage } from './passage'
import { readPassages } from './read-passages'

/** The project's own documentation on disk. */
export interface Library {
  /** Markdown by path in the repository, README first. */
  readonly files: ReadonlyMap<string, string>
  readonly passages: readonly Passage[]
}

/** Reads README.md, CHANGELOG.md, docs/*.md, and each package's README.md and SPEC.md. Missing files are left out. */
export async function readLibrary(root: string): Promise<Library> {
  const packages = await namesIn(join(root, 'packages'))
  const docs = (await namesIn(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
  const paths = [
    'README.md',
    ...docs.map((name) => `docs/${name}`),
    ...packages.flatMap((name) => [`packages/${name}/README.md`, `packages/${name}/SPEC.md`]),
    'CHANGELOG.md',
  ]

  const files = new Map<string, string>()
  const passages: Passage[] = []
  for (const path of paths) {
    const markdown = await textOf(join(root, path))
    if (markdown === undefined) continue
    files.set(path, markdown)
    passages.push(...readPassages(path, markdown, passages.length))
  }
  return { files, passages }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(unlessMissing)
  return names?.sort() ?? []
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(unlessMissing)
}

/** A missing file or folder is not part of the library. Any other error is a failure. */
function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

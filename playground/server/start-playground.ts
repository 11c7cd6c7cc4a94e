import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createStreams } from '@keepstream/server'
import { exampleQuestions } from '../shared/example-questions'
import { readLibrary } from './answers/library'
import { createSearch } from './answers/search-library'
import { createApp } from './app'
import { openChats } from './chats'
import { createAnswers } from './create-answers'
import { guardHost } from './guard-host'
import { listen } from './listen'
import { openStore } from './open-store'
import { readPageFiles } from './page-files'
import type { Settings } from './settings'
import { describeStore } from './store-address'

export interface Playground {
  readonly port: number
  /** Stops accepting, lets running answers finish (bounded), then lets go of everything. Idempotent. */
  close(): Promise<void>
}

export interface StartOptions extends Settings {
  /** The repository, whose documentation is searched. */
  readonly root: string
  /** The folder of the built page. */
  readonly pageDir: string
  /** A word on each step. */
  readonly onProgress?: (step: string) => void
  readonly onError?: (error: unknown) => void
}

/** Long enough for the longest answer at a language model's cadence. */
const drainMs = 45_000

/** After a crash, an unfinished answer is known to be lost within two of these. */
const leaseMs = 10_000

/** Reads the documentation and the page, opens the data and listens. */
export async function startPlayground(options: StartOptions): Promise<Playground> {
  const { root, pageDir, port, host, dataDir, onProgress = () => {}, onError = () => {} } = options

  const library = await readLibrary(root)
  const files = [...library.files.keys()]
  const sources = { search: createSearch(library.passages), files, suggestions: exampleQuestions }
  onProgress(`Read the documentation: ${library.passages.length} passages in ${files.length} files`)

  await mkdir(dataDir, { recursive: true })
  const store = await openStore(options.store, dataDir)
  const chats = openChats(join(dataDir, 'chats.db'))
  const streams = createStreams({ store, drainMs, leaseMs, onError })
  onProgress(`Opened the data in ${dataDir}, the streams in ${describeStore(options.store)}`)

  // A stream that cannot be read, or is gone, leaves its question without an answer, and stops no other.
  const readAnswer = async (id: string) => (await streams.getStreamBody(id).catch(() => undefined))?.text ?? ''
  const { about, produce } = await createAnswers({ ...options, chats, sources, readAnswer })
  onProgress(
    `Answers come from ${about.answeredBy === 'endpoint' ? `${about.model} at ${about.host}` : 'the documentation'}`,
  )

  const app = createApp({
    about,
    chats,
    createStream: () => streams.createStream(),
    deleteStream: (id) => streams.deleteStream(id),
    streams: streams.handler({
      basePath: '/api/streams',
      // Everybody may read along and stop, but nobody erases an answer from everybody else's page.
      authorize: ({ action }) => action !== 'delete',
      produce: ({ id }) => produce(id),
    }),
    page: await readPageFiles(pageDir),
    files: library.files,
    onError,
  })

  const letGo = async () => {
    await streams.close()
    chats.close()
  }
  const server = await listen(guardHost(app.fetch, options), { port, host }).catch(async (error: unknown) => {
    await letGo()
    throw error
  })

  let closing: Promise<void> | undefined
  return {
    port: server.port,
    close() {
      closing ??= server.close(letGo)
      return closing
    },
  }
}

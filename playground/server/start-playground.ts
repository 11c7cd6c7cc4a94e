import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { plainText } from '@keepstream/core/marks'
import { createStreams } from '@keepstream/server'
import { exampleQuestions } from '../shared/example-questions'
import { readLibrary } from './answers/library'
import { createSearch } from './answers/search-library'
import { createApp } from './app'
import { openChats } from './chats'
import { createAnswers } from './create-answers'
import { listen } from './listen'
import { openStore } from './open-store'
import { guardHost } from './routes/guard-host'
import { readPageFiles } from './routes/page-files'
import type { Settings } from './settings'
import { describeStore } from './store-address'

export interface Playground {
  readonly port: number
  /** Accepts no new connections, lets running answers finish (bounded), then closes everything. Idempotent. */
  close(): Promise<void>
}

export interface StartOptions extends Settings {
  /** The repository, whose documentation is searched. */
  readonly root: string
  /** The folder of the built page. */
  readonly pageDir: string
  /** Called with a message after each step. */
  readonly onProgress?: (step: string) => void
  readonly onError?: (error: unknown) => void
}

/** Long enough for the longest answer at the pace of a language model. */
const drainMs = 45_000

/** After a crash, an unfinished answer becomes `timeout` within two of these. */
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

  // If a stream cannot be read or was deleted, its question stays without an answer. Others are not affected.
  const readAnswer = async (id: string) =>
    plainText((await streams.getStreamBody(id).catch(() => undefined))?.text ?? '')
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
      // Every visitor may read and stop, but not delete an answer from other visitors' pages.
      authorize: ({ action }) => action !== 'delete',
      produce,
    }),
    page: await readPageFiles(pageDir),
    files: library.files,
    onError,
  })

  const release = async () => {
    await streams.close()
    chats.close()
  }
  const server = await listen(guardHost(app.fetch, options), { port, host }).catch(async (error: unknown) => {
    await release()
    throw error
  })

  let closing: Promise<void> | undefined
  return {
    port: server.port,
    close() {
      closing ??= server.close(release)
      return closing
    },
  }
}

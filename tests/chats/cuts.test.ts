import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChatTransport } from '@keepstream/ai-sdk/client'
import { createStreamClient, keepstream } from '@keepstream/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process'
import { buildChatServer } from './build-chat'
import { playCuts } from './play-cuts'

let folder: string
let server: ServerProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keepstream-cuts-'))
  server = await startServer(await buildChatServer('cuts', 'keepstream'), {}, { cwd: folder })
})
afterAll(async () => {
  await server?.terminate()
  rmSync(folder, { recursive: true, force: true })
})

const json = { 'content-type': 'application/json' }

it('heals an answer that is cut at any of 50 places, without a second generation', async () => {
  const answers = await playCuts({
    port: server.port,
    isAnswer: (path) => path.endsWith('/drive'),
    createTransport: (url) =>
      createChatTransport({
        client: createStreamClient({
          // Uncompressed, so that each place is one of the text.
          ...keepstream({ url: `${url}/streams`, headers: { 'accept-encoding': 'identity' } }),
          retry: { minMs: 10, maxMs: 50 },
        }),
        async start({ chatId, messages }) {
          const init = { method: 'POST', headers: json, body: JSON.stringify(messages) }
          return (await (await fetch(`${url}/api/chat/${chatId}`, init)).json()).id
        },
      }),
  })
  for (const { outcome } of answers) expect(outcome).toEqual({ status: 'ready', text: 'whole' })
  expect(answers).toHaveLength(50)
  expect(new Set(answers.map(({ shown }) => shown.length)).size).toBeGreaterThan(40)
  expect(new Set(answers.map(({ shown }) => placeOf(shown)))).toEqual(
    new Set(['before the text', 'inside a mark', 'between marks', 'in reasoning', 'in tool input', 'in prose']),
  )
  for (const { question } of answers) expect(server.output().split(`begins ${question}\n`)).toHaveLength(2)
})

/** Where in marked text it ends. */
function placeOf(text: string): string {
  if (text === '') return 'before the text'
  if (text.lastIndexOf('\x1e') > text.lastIndexOf('\n')) return 'inside a mark'
  if (text.endsWith('\n')) return 'between marks'
  const mark = [...text.matchAll(/\{"type":"(\w+)-/g)].at(-1)?.[1]
  return `in ${{ tool: 'tool input', text: 'prose' }[mark ?? ''] ?? mark}`
}

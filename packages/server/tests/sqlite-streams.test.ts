import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import { expect, it } from 'vitest'
import { createStreams, type Streams } from '../src'
import { parseEvents, request, textOf } from './support/rig'

it('S5 two processes on one SQLite file produce once and show one text', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  const path = join(folder, 'streams.db')
  const open = () => createStreams({ store: sqliteStore({ path }), drainMs: 0 })
  const processes: [Streams, Streams] = [open(), open()]
  const [here, there] = processes
  try {
    const id = await here.createStream({ meta: { owner: 'ada' } })
    const words = Array.from({ length: 200 }, (_, index) => `Word ${index} 😀.\r\n`)
    let calls = 0
    async function* producer() {
      calls++
      for (const word of words) {
        yield word
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
    const raws = Array.from({ length: 20 }, (_, index) => processes[index % 2 ? 0 : 1].stream(request(), id, producer))
    const events = Array.from({ length: 20 }, (_, index) => processes[index % 2 ? 0 : 1].read(sse(), id))
    const whole = words.join('')
    for (const response of await Promise.all(raws)) expect(await response.text()).toBe(whole)
    for (const response of await Promise.all(events)) {
      const sent = parseEvents(await response.text()).events
      expect(textOf(sent)).toBe(whole)
      expect(sent.at(-1)?.data).toEqual({ status: 'done', offset: whole.length })
    }
    expect(calls).toBe(1)
    expect(await there.getStreamBody(id)).toMatchObject({ text: whole, status: 'done' })
    await there.deleteStream(id)
    await expect(here.getStreamBody(id)).rejects.toMatchObject({ code: 'not-found' })
  } finally {
    await Promise.all(processes.map((streams) => streams.close()))
    rmSync(folder, { recursive: true })
  }
}, 30_000)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate } from '../harness/alternate'
import { captureRequest } from '../harness/captured-request'
import type { Alphabet } from '../harness/plan'
import { startKeepstream } from '../harness/servers'
import { startProcess } from '../harness/start-process'
import type { Readers } from '../processes/readers'
import type { Row, RunContext } from '../row'

const goal = { atMost: 48 }
const count = 20
/** Much shorter than the default. */
const keepAliveMs = 500

export const stalledReader: Row = {
  name: 'stalled-reader',
  measures:
    "The memory (heap and buffers) of the server's process for each reader that joins a text of 8 MB late, over SQLite, and then reads nothing, after the next keep-alive.",
  unit: 'KB',
  peers: [],
  comparisons: [
    { name: 'Latin letters', goal },
    { name: 'Chinese characters', goal },
  ],
  async run(context) {
    const latin = await stalledReaders(context, 'latin')
    const chinese = await stalledReaders(context, 'chinese')
    const samples = await alternate({ latin, chinese }, context.pick(5, 1))
    return {
      'Latin letters': { Keepstream: samples.latin },
      'Chinese characters': { Keepstream: samples.chinese },
    }
  },
}

/** Stores a text, and returns a run that lets readers stall and measures them. */
async function stalledReaders(context: RunContext, alphabet: Alphabet): Promise<() => Promise<number>> {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
  context.defer(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startKeepstream(context, join(folder, 'streams.db'), { KEEP_ALIVE_MS: String(keepAliveMs) })
  // A Chinese character has three bytes in UTF-8.
  const length = Math.round(8_000_000 / (alphabet === 'latin' ? 1 : 3))
  context.progress(`stores ${length.toLocaleString('en')} characters`)
  const id = await server.call('create', { kind: 'text', alphabet, length, staysOpen: false })
  await server.call('finish', id)
  const request = await captureRequest(server.port, id, false)
  return async () => {
    const readers = await startProcess<Readers>('readers')
    const before = await server.call('memoryUsed')
    await readers.call('connect', request, count, true)
    // Until nothing more fits into the buffers of the sockets, and what was read ahead is dropped.
    await new Promise((resolve) => setTimeout(resolve, 500 + keepAliveMs))
    const after = await server.call('memoryUsed')
    await readers.stop()
    await new Promise((resolve) => setTimeout(resolve, 200))
    return (after.heap - before.heap) / count / 1_024
  }
}

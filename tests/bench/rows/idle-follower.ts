import { alternate } from '../harness/alternate'
import { type CapturedRequest, captureRequest } from '../harness/captured-request'
import { startBare, startKeepstream } from '../harness/servers'
import { startProcess } from '../harness/start-process'
import type { Readers } from '../processes/readers'
import type { Row, RunContext } from '../row'

export const idleFollower: Row = {
  name: 'idle-follower',
  measures:
    "The memory of the server's process for each of 1,000 followers of a stream that brings nothing, above that of bare, an open response on the same adapter.",
  unit: 'KB',
  peers: ['bare'],
  comparisons: [
    { name: 'heap', goal: { above: 'bare', atMost: 8 } },
    { name: 'resident memory', goal: { above: 'bare', atMost: 18 } },
  ],
  async run(context) {
    const keepstream: Memory[] = []
    const bare: Memory[] = []
    await alternate(
      {
        async Keepstream() {
          const server = await startKeepstream(context)
          const id = await server.call('create', { kind: 'tokens', count: 0, everyMs: 0 })
          keepstream.push(await perFollower(context, server, await captureRequest(server.port, id, false)))
          return 0
        },
        async bare() {
          const server = await startBare(context)
          const url = `http://127.0.0.1:${server.port}/follow`
          bare.push(await perFollower(context, server, { method: 'GET', url, headers: {} }))
          return 0
        },
      },
      context.pick(5, 1),
      0,
    )
    const take = (memory: readonly Memory[], kind: keyof Memory) => memory.map((each) => each[kind])
    return {
      heap: { Keepstream: take(keepstream, 'heap'), bare: take(bare, 'heap') },
      'resident memory': { Keepstream: take(keepstream, 'rss'), bare: take(bare, 'rss') },
    }
  },
}

/** In KB of 1,024 bytes. */
interface Memory {
  readonly heap: number
  readonly rss: number
}

interface Server {
  call(name: 'memoryUsed'): Promise<Memory>
  stop(): Promise<void>
}

/** What each further follower costs a server that has some already. Stops the server. */
async function perFollower({ pick }: RunContext, server: Server, request: CapturedRequest): Promise<Memory> {
  const count = pick(1_000, 20)
  const readers = await startProcess<Readers>('readers')
  try {
    // Code that runs for the first time takes memory too, once.
    await readers.call('connect', request, pick(200, 10))
    const before = await server.call('memoryUsed')
    await readers.call('connect', request, count)
    const after = await server.call('memoryUsed')
    const each = (kind: keyof Memory) => (after[kind] - before[kind]) / count / 1_024
    return { heap: each('heap'), rss: each('rss') }
  } finally {
    await readers.stop()
    await server.stop()
  }
}

import { alternate } from '../harness/alternate'
import { captureRequest } from '../harness/captured-request'
import type { Plan } from '../harness/plan'
import { startBare, startKeepstream } from '../harness/servers'
import { startProcess } from '../harness/start-process'
import type { Readers } from '../processes/readers'
import type { Row } from '../row'

const comparison = 'memory'

export const firstByte: Row = {
  name: 'first-byte',
  measures:
    'The median time from the request of a driver to the first byte of its answer, over an open connection; bare is a handler that returns a stream of the same producer.',
  unit: 'ms',
  peers: ['bare'],
  comparisons: [{ name: comparison, goal: { of: 'bare', atMost: 1.8 } }],
  async run(context) {
    const readers = await startProcess<Readers>('readers')
    context.defer(readers.stop)
    const keepstream = await startKeepstream(context)
    const bare = await startBare(context)
    // The second token comes later, so that the first is sent by itself.
    const plan: Plan = { kind: 'tokens', count: 2, everyMs: 3 }
    const count = context.pick(200, 5)
    const url = `http://127.0.0.1:${bare.port}/drive?plan=${encodeURIComponent(JSON.stringify(plan))}`
    const bareRequests = Array.from({ length: count }, () => ({ method: 'POST', url, headers: {} }))
    const samples = await alternate(
      {
        async Keepstream() {
          const ids = await keepstream.call('createMany', plan, count)
          const requests = await Promise.all(ids.map((id) => captureRequest(keepstream.port, id, true)))
          return readers.call('firstByte', requests)
        },
        bare: () => readers.call('firstByte', bareRequests),
      },
      context.pick(7, 1),
      context.pick(2, 1),
    )
    return { [comparison]: samples }
  },
}

import { SourceError } from './errors'
import type { Snapshot, SnapshotSource, SourceRequest } from './types'

/** What a source of persisted text says first, whichever shape it has. The signal lets go of it. */
export function lookOnce(source: SnapshotSource, request: SourceRequest): Promise<Snapshot> {
  return new Promise((next, fail) => {
    const sink = { next, fail, lost: fail, alive() {}, connection() {} }
    if (typeof source === 'function') source(request).then(next, fail)
    else if ('open' in source) source.open(request, sink).then(() => fail(new SourceError('network', 'cut')), fail)
    else request.signal.addEventListener('abort', source.subscribe(request, sink))
  })
}

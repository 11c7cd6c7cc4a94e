import { SourceError } from '../errors'
import type { Snapshot, SnapshotSource, SourceRequest } from '../types'

/** The first snapshot of a source of persisted text, whatever its shape. Rejects when the signal aborts. */
export function readOnce(source: SnapshotSource, request: SourceRequest): Promise<Snapshot> {
  return new Promise((next, fail) => {
    const sink = { next, fail, lost: fail, alive() {}, connection() {} }
    request.signal.addEventListener('abort', () => fail(new SourceError('network', 'given up')))
    const read = typeof source === 'function' ? source : 'open' in source && source.read
    if (read) read(request).then(next, fail)
    else if ('open' in source) source.open(request, sink).then(() => fail(new SourceError('network', 'cut')), fail)
    else if ('subscribe' in source) request.signal.addEventListener('abort', source.subscribe(request, sink))
  })
}

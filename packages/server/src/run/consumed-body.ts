import { StreamsError } from '../errors'

/** Stands in for a body that was read before, and says so to whoever reads it: an empty one would be taken for what was sent. */
export function consumedBody(): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        const cure = 'Whoever reads it first must read request.clone(), or no body parser may run on this route'
        controller.error(
          new StreamsError('body-used', `the body of this request was read before it came here. ${cure}`),
        )
      },
    },
    // Nobody may want it.
    { highWaterMark: 0 },
  )
}

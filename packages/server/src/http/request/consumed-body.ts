import { StreamServerError } from '../../errors'

/** Replaces a body that was read before. Reading it fails: an empty body would look like what the client sent. */
export function consumedBody(): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        const cure = 'Read it first from request.clone(), or run no body parser on this route'
        controller.error(
          new StreamServerError('body-used', `the body of this request was read before Keepstream got it. ${cure}`),
        )
      },
    },
    // Fails only if it is read.
    { highWaterMark: 0 },
  )
}

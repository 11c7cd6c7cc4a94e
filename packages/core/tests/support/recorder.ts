import type { Chunk, End, LiveSource, SourceRequest } from '@keepstream/core'

/** A request as a client makes it. */
export function requestFor(facts: Partial<SourceRequest> = {}): SourceRequest {
  return { id: 'answer', offset: 0, signal: new AbortController().signal, ...facts }
}

/** Opens a live source and records its calls. */
export async function record(source: LiveSource, request: SourceRequest = requestFor()) {
  const chunks: Chunk[] = []
  const ends: End[] = []
  let alive = 0
  const outcome = await source
    .open(request, {
      chunk: (chunk) => chunks.push(chunk),
      end: (end) => ends.push(end),
      alive: () => {
        alive++
      },
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { chunks, ends, alive, error: outcome, text: chunks.map(({ text }) => text).join('') }
}

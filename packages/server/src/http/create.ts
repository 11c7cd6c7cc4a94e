import { createOnce } from '../create-stream'
import { StreamServerError } from '../errors'
import type { DriveContext, Producer } from '../run/producer'
import type { Runtime } from '../runtime'
import { createStreamId, isStreamId } from '../store/stream-id'
import { driveStream } from './drive'
import type { CreateContext } from './handler-options'
import { errorResponse } from './response/responses'
import { headerNames, queryNames } from './wire-names'

/** A browser may choose an id only if nobody can guess it: an id that others know could be taken before they use it. */
const LEAST_ID_LENGTH = 20

/** The id that a request to create chooses, or a random one. An error response if it cannot be used. */
export function idToCreate(request: Request): string | Response {
  const id = new URL(request.url).searchParams.get(queryNames.id)
  if (id === null) return createStreamId()
  if (isStreamId(id) && id.length >= LEAST_ID_LENGTH) return id
  return errorResponse('invalid-request', `An id has ${LEAST_ID_LENGTH} to 64 letters, digits, - and _.`)
}

export interface CreateOptions {
  readonly id: string
  readonly create: (context: CreateContext) => unknown
  readonly produce: Producer<DriveContext>
  readonly canResume: boolean
  /** A new copy of the request. */
  open(): Request
  /** Whether the request may drive the stream that exists already: the refusal, or `undefined`. */
  refusalToDrive(): Promise<Response | undefined>
}

/** Creates a stream and drives it, or drives the one that a request before it has created. */
export async function createAndDrive(runtime: Runtime, options: CreateOptions): Promise<Response> {
  const { id, create, produce, canResume, open, refusalToDrive } = options
  const { store } = runtime.options
  const [head] = await store.heads([id])
  const isNew = !head && (await createOnce(store, id, metaFrom(await create({ id, request: open() }))))
  const refusal = isNew ? undefined : await refusalToDrive()
  if (refusal) return refusal
  const response = await driveStream(runtime, open(), id, produce, { canResume })
  if (response.ok) response.headers.set(headerNames.id, id)
  return response
}

function metaFrom(created: unknown): unknown {
  if (typeof created === 'object' && created !== null && !(created instanceof Response))
    return (created as { meta?: unknown }).meta ?? null
  throw new StreamServerError('invalid-option', '`create` of the handler must return an object: { meta }, or {}')
}

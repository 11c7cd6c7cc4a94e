import { invalid, optionsFrom } from '../options/check-options'
import { createOnce, factsTable } from '../run/create-stream'
import type { DriveContext, Producer } from '../run/producer'
import type { Runtime } from '../runtime'
import { driveStream } from './drive'
import type { CreateContext } from './handler-options'
import { isResponse } from './response/refusal-response'
import { errorResponse } from './response/responses'
import { headerNames } from './wire-names'

/** A page may choose an id only if nobody can guess it: an id that others know could be taken before it is used. */
const LEAST_ID_LENGTH = 20

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
  if (id.length < LEAST_ID_LENGTH)
    return errorResponse('invalid-request', `To create a stream, choose an id of ${LEAST_ID_LENGTH} to 64 characters.`)
  const [head] = await store.heads([id])
  const isNew = !head && (await createOnce(store, id, await factsOf()))
  const refusal = isNew ? undefined : await refusalToDrive()
  if (refusal) return refusal
  const response = await driveStream(runtime, open(), id, produce, { canResume })
  if (response.ok) response.headers.set(headerNames.id, id)
  return response

  async function factsOf() {
    const given = await create({ id, request: open() })
    if (isResponse(given)) invalid('create', 'it returned a Response; refuse in `authorize`, or throw')
    return optionsFrom(given, factsTable, '`create` must return { meta }, or {}')
  }
}

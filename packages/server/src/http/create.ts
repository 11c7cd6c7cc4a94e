import { StreamServerError } from '../errors'
import { listName } from '../reading/list-streams'
import { type CreateStreamOptions, createOnce } from '../run/create-stream'
import type { DriveContext, Producer } from '../run/producer'
import type { Runtime } from '../runtime'
import { driveStream } from './drive'
import type { CreateContext } from './handler-options'
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
  const isNew = !head && (await createOnce(store, id, factsFrom(await create({ id, request: open() }))))
  const refusal = isNew ? undefined : await refusalToDrive()
  if (refusal) return refusal
  const response = await driveStream(runtime, open(), id, produce, { canResume })
  if (response.ok) response.headers.set(headerNames.id, id)
  return response
}

function factsFrom(created: unknown): Omit<CreateStreamOptions, 'id'> {
  if (typeof created === 'object' && created !== null && !(created instanceof Response)) {
    const { meta = null, owner, group } = created as CreateStreamOptions
    return { meta, owner: listName(owner, 'owner'), group: listName(group, 'group') }
  }
  throw new StreamServerError(
    'invalid-option',
    '`create` of the handler must return an object: { meta, owner, group }, or {}',
  )
}

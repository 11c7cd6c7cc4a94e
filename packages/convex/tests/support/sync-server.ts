import type { Server } from 'node:http'
import { type FunctionReference, makeFunctionReference } from 'convex/server'
import { convexToJson, type JSONValue, jsonToConvex, type Value } from 'convex/values'
import { type WebSocket, WebSocketServer } from 'ws'

/** As Convex names it on the wire. */
export const bodyQuery = 'streaming:getStreamBody'

/** Runs the app's functions. */
export interface Backend {
  query(reference: FunctionReference<'query'>, args: Record<string, Value>): Promise<Value>
  mutation(reference: FunctionReference<'mutation'>, args: Record<string, Value>): Promise<Value>
}

interface Message {
  readonly type: 'Connect' | 'Authenticate' | 'ModifyQuerySet' | 'Mutation' | 'Action' | 'Event'
  readonly baseVersion: number
  readonly newVersion: number
  readonly modifications: readonly { type: 'Add' | 'Remove'; queryId: number; udfPath: string; args: JSONValue[] }[]
  readonly requestId: number
  readonly udfPath: string
  readonly args: JSONValue[]
}

/**
 * As much of Convex's sync protocol as real Convex clients need to be pushed their queries: each socket has a set of
 * queries, and every change runs them all again and sends those whose result is another.
 */
export function serveSync(server: Server, backend: Backend) {
  const sockets = new WebSocketServer({ server })
  const connections = new Set<{ socket: WebSocket; names(): string[]; answered(): string[]; push(): void }>()
  let now = 1n
  let asked = 0
  let pushedText = 0
  /** Convex hides the words of errors in production. */
  const errorMessage = '[Request ID: 0123456789abcdef] Server Error'

  /** How many subscriptions had a result when the sockets were cut. */
  let beforeCut = 0

  sockets.on('connection', (socket) => {
    const queries = new Map<number, { name: string; args: JSONValue; last?: string }>()
    let version = { querySet: 0, identity: 0, ts: encode(0n) }
    let work = Promise.resolve()

    async function run(queryId: number) {
      const query = queries.get(queryId)
      if (!query) return []
      const result = await backend
        .query(makeFunctionReference<'query'>(query.name), jsonToConvex(query.args) as Record<string, Value>)
        .then(
          (value) => ({ type: 'QueryUpdated', value: convexToJson(value) }),
          () => ({ type: 'QueryFailed', errorMessage, errorData: undefined }),
        )
      const json = JSON.stringify(result)
      if (json === query.last) return []
      query.last = json
      if (query.name === bodyQuery) pushedText += json.length
      return [{ queryId, logLines: [], journal: null, ...result }]
    }

    async function transit(change: Partial<typeof version>, ids: Iterable<number>) {
      const modifications = (await Promise.all([...ids].map(run))).flat()
      const startVersion = version
      version = { ...version, ...change, ts: encode(now) }
      socket.send(JSON.stringify({ type: 'Transition', startVersion, endVersion: version, modifications }))
    }

    async function handle({ type, baseVersion, newVersion, modifications, requestId, udfPath, args }: Message) {
      if (type === 'Authenticate') return transit({ identity: baseVersion + 1 }, [])
      if (type === 'ModifyQuerySet') {
        for (const { type, queryId, udfPath, args } of modifications) {
          if (type === 'Add' && udfPath === bodyQuery) asked++
          if (type === 'Add') queries.set(queryId, { name: udfPath, args: args[0] ?? {} })
          else queries.delete(queryId)
        }
        return transit(
          { querySet: newVersion },
          modifications.flatMap(({ type, queryId }) => (type === 'Add' ? [queryId] : [])),
        )
      }
      if (type !== 'Mutation') return
      const value = await backend.mutation(
        makeFunctionReference<'mutation'>(udfPath),
        jsonToConvex(args[0] ?? {}) as Record<string, Value>,
      )
      now++
      const result = convexToJson(value ?? null)
      socket.send(
        JSON.stringify({ type: 'MutationResponse', requestId, success: true, result, ts: encode(now), logLines: [] }),
      )
      pushAll()
    }

    const connection = {
      socket,
      answered: () => [...queries.values()].flatMap(({ name, last }) => (last ? [name] : [])),
      names: () => [...queries.values()].map(({ name }) => name),
      push() {
        work = work.then(() => transit({}, queries.keys()))
      },
    }
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
    socket.on('message', (data) => {
      work = work.then(() => handle(JSON.parse(String(data)) as Message))
    })
  })

  function answered() {
    return [...connections].flatMap(({ answered }) => answered())
  }

  function pushAll() {
    now++
    for (const { push } of connections) push()
  }

  return {
    pushAll,
    /** How often a subscription to a stream's body was begun. */
    get asked() {
      return asked
    },
    /** The queries that are subscribed to, by name, over all sockets. */
    subscribed: () => [...connections].flatMap(({ names }) => names()),
    /** How many characters were sent of bodies, whole each time. */
    get pushedText() {
      return pushedText
    },
    /** Those of them that have a result. */
    pushed: answered,
    /** Whether all that were cut have connected again and have a result. */
    isBack: () => answered().length >= beforeCut,
    /** Every socket is gone at once, as when a network is lost; clients connect again by themselves. */
    cut() {
      beforeCut = answered().length
      for (const { socket } of connections) socket.terminate()
    },
    close() {
      for (const { socket } of connections) socket.terminate()
      sockets.close()
    },
  }
}

function encode(ts: bigint): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(ts)
  return bytes.toString('base64')
}

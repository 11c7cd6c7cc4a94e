import { StreamServerError } from '../../../errors'
import { cancel, type PgSession } from './cancel'
import type { PgPool, PgPoolClient } from './client'
import type { Row, SqlValue, Subscribe } from './database'
import type { Connections } from './persistent-database'
import { refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

/** A connection outside of any pool: the `Client` of `pg`. */
export interface PgConnection {
  /** The connection of the protocol. Its socket is destroyed if the other end does not respond. */
  readonly connection?: { readonly stream?: { destroy?(): unknown } }
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  end(): Promise<void>
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown
}

export type PgClientConstructor = new (options: object) => PgConnection

export interface PgConnectionsOptions {
  readonly pool: PgPool
  /** How long a request to cancel a statement may take, in milliseconds. */
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
  /** Left out for a pool of the application. */
  readonly close?: () => Promise<void>
}

/**
 * How many queries that timed out may still wait for a connection. Further queries are refused at once, because a pool
 * without a time limit keeps each request for a connection until it gets one.
 */
const maxOverdue = 64

/** Queries through a pool of `pg`. */
export function pgConnections({ pool, timeoutMs, subscribe, close }: PgConnectionsOptions): Connections {
  let overdue = 0
  return {
    query(text, values) {
      let client: PgPoolClient | undefined
      let isConnecting = false
      // Set to `undefined` when the query is over: a pool keeps a request for a connection, and this closure, for much longer.
      let statement: readonly [text: string, values: SqlValue[]] | undefined = [text, [...values]]

      function release(destroy: boolean): void {
        client?.removeListener('error', ignore)
        client?.release(destroy)
        client = undefined
        statement = undefined
      }

      async function run(): Promise<readonly Row[]> {
        if (overdue >= maxOverdue) throw new StreamServerError('store', tooManyOverdue)
        isConnecting = true
        client = await connect(pool).finally(() => {
          isConnecting = false
          if (!statement) overdue -= 1
        })
        if (!statement) {
          // It timed out meanwhile, and the connection is good for the next query.
          release(false)
          return []
        }
        try {
          const { rows } = await client.query(...statement)
          if (statement) release(false)
          return rows as Row[]
        } catch (error) {
          // The pool closes a connection that it sees as lost, but keeps one that leads to a demoted server.
          const refusal = refusalOf(error)
          if (statement) release(refusal === 'elsewhere' || refusal === 'lost')
          throw error
        }
      }

      return {
        rows: run(),
        giveUp() {
          if (client) void cancel(client as PgSession, timeoutMs)
          if (isConnecting && statement) overdue += 1
          // A connection that does not respond may never do so again, and would fill the pool.
          release(true)
        },
      }
    },
    subscribe,
    close: close ?? (async () => undefined),
  }
}

const tooManyOverdue =
  `postgresStore still waits for ${maxOverdue} connections of the pool, for calls that have timed out. Is the database ` +
  'reachable? Set `connectionTimeoutMillis` of the pool.'

/**
 * Gets a connection and listens for its errors in the same tick. A promise would resolve later, and a connection that is lost
 * in the packet that opened it would end the process.
 */
function connect(pool: PgPool): Promise<PgPoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) return reject(error)
      client.on('error', ignore)
      resolve(client)
    })
  })
}

/** Listens on a separate connection: a pool would have one less, and takes its connections back between two statements. */
export function pgSubscribe(Client: PgClientConstructor, options: object, timeoutMs: number): Subscribe {
  return async (channel, onPayload, onLost) => {
    const client = new Client({ ...options, keepAlive: true })
    let isOpen = true
    const lost = () => {
      if (!isOpen) return
      isOpen = false
      drop(client)
      onLost()
    }
    const end = async () => {
      isOpen = false
      await withinTimeout(timeoutMs, client.end(), () => drop(client))
    }
    client.on('notification', ({ channel: named, payload = '' }) => {
      if (isOpen && named === channel) onPayload(payload)
    })
    let isListening = false
    // While it connects, the rejection reports the error.
    const onEnd = () => (isListening ? lost() : undefined)
    client.on('error', onEnd)
    client.on('end', onEnd)
    try {
      await withinTimeout(timeoutMs, client.connect())
      await withinTimeout(timeoutMs, client.query(`LISTEN "${channel}"`))
      isListening = true
      return end
    } catch (error) {
      drop(client)
      throw error
    }
  }
}

/** Does not wait for the other end, which may be gone without a message. */
function drop(client: PgConnection): void {
  void client.end().catch(ignore)
  client.connection?.stream?.destroy?.()
}

/** The statement in flight rejects with the same error. Without a listener, the error would end the process. */
function ignore(): void {}

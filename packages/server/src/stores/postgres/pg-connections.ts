import { StreamsError } from '../../errors'
import { cancel, type PgSession } from './cancel'
import type { PgPool, PgPoolClient } from './client'
import type { Row, SqlValue, Subscribe } from './database'
import type { Connections } from './persistent-database'
import { refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

/** A connection of its own, outside of any pool: what `pg` exports as `Client`. */
export interface PgConnection {
  /** Of the protocol; its socket is ended by force where the other end does not answer any more. */
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
  /** How long the wish to cancel a statement may be under way. */
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
  /** Left out for a pool that was lent. */
  readonly close?: () => Promise<void>
}

/**
 * A pool without a time limit of its own keeps each request for a connection until it has one. So many may be waiting after
 * their time; what comes then is refused at once.
 */
const maxOverdue = 64

/** Asks through a pool of `pg`. */
export function pgConnections({ pool, timeoutMs, subscribe, close }: PgConnectionsOptions): Connections {
  let overdue = 0
  return {
    query(text, values) {
      let held: PgPoolClient | undefined
      let isOver = false
      let isOverdue = false
      let isConnected = false
      // Let go of when nobody waits any more, because the pool keeps what it is asked for longer than that.
      let statement: readonly [text: string, values: SqlValue[]] | undefined = [text, [...values]]
      const release = (destroy: boolean) => {
        isOver = true
        held?.removeListener('error', ignore)
        held?.release(destroy)
        held = undefined
      }
      const ask = async (): Promise<readonly Row[]> => {
        if (overdue >= maxOverdue) {
          isConnected = true
          throw new StreamsError('store', unanswered)
        }
        const client = await connect(pool).finally(() => {
          isConnected = true
          if (isOverdue) overdue -= 1
        })
        if (isOver || statement === undefined) {
          // It came too late; nobody waits for it any more.
          client.removeListener('error', ignore)
          client.release()
          return []
        }
        held = client
        try {
          const { rows } = await client.query(...statement)
          if (!isOver) release(false)
          return rows as Row[]
        } catch (error) {
          // The pool throws away what it sees to be lost, but keeps what leads to a server that was demoted.
          const refusal = refusalOf(error)
          if (!isOver) release(refusal === 'elsewhere' || refusal === 'lost')
          throw error
        }
      }
      return {
        rows: ask(),
        giveUp() {
          if (held) void cancel(held as PgSession, timeoutMs)
          if (!isConnected && !isOverdue) {
            isOverdue = true
            overdue += 1
          }
          statement = undefined
          // A connection that does not answer may never do so again, and would fill the pool.
          release(true)
        },
      }
    },
    subscribe,
    close: close ?? (async () => undefined),
  }
}

const unanswered =
  `postgresStore still waits for ${maxOverdue} connections of the pool that it gave up. Is the database there? Give the pool ` +
  'a `connectionTimeoutMillis`.'

/**
 * A connection with a listener for its errors from the first moment on. A promise would hand it out a moment later: one that
 * is lost in the same packet that opened it would end the process.
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

/** Listens on a connection of its own: one of a pool would be missing there, and is given back between two questions. */
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
    // While it is being opened, the rejection tells.
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

/** Without waiting for the other end, which may be gone without a word. */
function drop(client: PgConnection): void {
  void client.end().catch(ignore)
  client.connection?.stream?.destroy?.()
}

/** The question under way rejects with the same; without a listener it would end the process. */
function ignore(): void {}

import { cancel, type PgSession } from './cancel'
import type { PgPool, PgPoolClient } from './client'
import type { Database, Row, Subscribe } from './database'
import { within } from './within'

/** A connection of its own, outside of any pool: what `pg` exports as `Client`. */
export interface PgConnection {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  end(): Promise<void>
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown
}

export type PgClientConstructor = new (options: object) => PgConnection

export interface PgDatabaseOptions {
  readonly pool: PgPool
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
  /** Left out for a pool that was lent. */
  readonly close?: () => Promise<void>
}

/** Asks through a pool of `pg`. */
export function pgDatabase({ pool, timeoutMs, subscribe, close }: PgDatabaseOptions): Database {
  return {
    async query(text, values) {
      let held: PgPoolClient | undefined
      let isOver = false
      const release = (destroy?: boolean) => {
        isOver = true
        held?.removeListener('error', ignore)
        held?.release(destroy)
        held = undefined
      }
      const ask = async (): Promise<Row[]> => {
        const client = await connect(pool)
        if (isOver) {
          // It came too late; nobody waits for it any more.
          client.removeListener('error', ignore)
          client.release()
          return []
        }
        held = client
        try {
          const { rows } = await client.query(text, [...values])
          return rows as Row[]
        } finally {
          // The pool itself throws a connection away that was lost.
          if (!isOver) release()
        }
      }
      // A connection that does not answer may never do so again, and would fill the pool.
      return within(timeoutMs, ask(), () => {
        if (held) void cancel(held as PgSession, timeoutMs)
        release(true)
      })
    },
    subscribe,
    close: close ?? (async () => undefined),
  }
}

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
      void client.end().catch(ignore)
      onLost()
    }
    const end = async () => {
      isOpen = false
      await within(timeoutMs, client.end())
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
      await within(timeoutMs, client.connect())
      await within(timeoutMs, client.query(`LISTEN "${channel}"`))
      isListening = true
      return end
    } catch (error) {
      void client.end().catch(ignore)
      throw error
    }
  }
}

/** The question under way rejects with the same; without a listener it would end the process. */
function ignore(): void {}

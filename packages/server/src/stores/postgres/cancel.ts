/** What a connection of `pg` knows of its session. */
export interface PgSession {
  readonly host?: unknown
  readonly port?: unknown
  readonly processID?: unknown
  readonly secretKey?: unknown
}

/**
 * Asks the server to give up what a session waits for. Without it the session would wait on for a lock after its connection
 * was thrown away, and every further try would leave one more, until the server takes no connections any more.
 *
 * Only a wish: nothing is told of what became of it. It goes over a connection of its own, as the protocol has it.
 */
export async function cancel({ host, port, processID, secretKey }: PgSession, timeoutMs: number): Promise<void> {
  if (typeof host !== 'string' || typeof processID !== 'number' || typeof secretKey !== 'number') return
  try {
    const { createConnection } = await import('node:net')
    const isFile = host.startsWith('/')
    const socket = isFile
      ? createConnection({ path: `${host}/.s.PGSQL.${port}` })
      : createConnection({ host, port: Number(port) })
    // The server answers by closing, or not at all.
    socket.setTimeout(timeoutMs, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.unref()
    const message = new DataView(new ArrayBuffer(16))
    for (const [index, word] of [16, cancelRequestCode, processID, secretKey].entries())
      message.setInt32(index * 4, word)
    socket.end(new Uint8Array(message.buffer))
  } catch {
    // A runtime without sockets of its own.
  }
}

/** `CancelRequest` in Postgres' frontend/backend protocol, which has no type byte. */
const cancelRequestCode = 80_877_102

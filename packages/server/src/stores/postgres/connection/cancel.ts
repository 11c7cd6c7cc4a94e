/** The session data that a connection of `pg` has. */
export interface PgSession {
  readonly host?: unknown
  readonly port?: unknown
  readonly processID?: unknown
  readonly secretKey?: unknown
}

/**
 * Requests that the server cancels the statement of a session. Without it, the session would wait for its lock after its
 * connection was closed. Every retry would leave one more such session, until the server accepts no more connections.
 *
 * The server does not report the outcome. The protocol requires a separate connection for the request.
 */
export async function cancel({ host, port, processID, secretKey }: PgSession, timeoutMs: number): Promise<void> {
  if (typeof host !== 'string' || typeof processID !== 'number' || typeof secretKey !== 'number') return
  try {
    const { createConnection } = await import('node:net')
    const isFile = host.startsWith('/')
    const socket = isFile
      ? createConnection({ path: `${host}/.s.PGSQL.${port}` })
      : createConnection({ host, port: Number(port) })
    // The server responds by closing the connection, or not at all.
    socket.setTimeout(timeoutMs, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.unref()
    const message = new DataView(new ArrayBuffer(16))
    for (const [index, word] of [16, cancelRequestCode, processID, secretKey].entries())
      message.setInt32(index * 4, word)
    socket.end(new Uint8Array(message.buffer))
  } catch {
    // This runtime has no sockets.
  }
}

/** The code of `CancelRequest` in Postgres' frontend/backend protocol. The message has no type byte. */
const cancelRequestCode = 80_877_102

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy between clients and a server on 127.0.0.1 that counts bytes and resets connections. */
export interface CountingProxy {
  readonly port: number
  /** The bytes that the server has sent over all connections: status lines, headers, framing and bodies. */
  received(): number
  /** Whether the server has sent anything over a connection that was opened since the last reset. */
  isBack(): boolean
  /** Sends a TCP reset to both ends of all open connections. New connections work. */
  reset(): void
  close(): Promise<void>
}

export async function startCountingProxy(serverPort: number): Promise<CountingProxy> {
  const sockets = new Set<Socket>()
  let bytes = 0
  let resets = 0
  let backAfter = -1
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: serverPort, host: '127.0.0.1', noDelay: true })
    const opened = resets
    far.on('data', ({ length }) => {
      bytes += length
      backAfter = opened
    })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      // A reset is expected here. 'close' follows and ends the other socket too.
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const reset = () => {
    resets += 1
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    received: () => bytes,
    isBack: () => backAfter === resets,
    reset,
    close() {
      reset()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

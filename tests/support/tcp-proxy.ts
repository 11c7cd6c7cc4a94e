import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** An address whose target can change, as with a host name after a failover. */
export interface TcpProxy {
  readonly port: number
  /** The number of all connections so far. */
  readonly accepted: number
  /** New connections go to this port from now on. Open connections keep their target. */
  leadTo(port: number): void
  /** Open connections stay open but transfer no more bytes in either direction. New connections work. */
  fallSilent(): void
  close(): Promise<void>
}

/** Starts a proxy between a client and a server on 127.0.0.1. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const open = new Set<{ readonly near: Socket; readonly far: Socket }>()
  let target = port
  let accepted = 0

  const server = createServer((near) => {
    accepted += 1
    const far = connect(target, '127.0.0.1')
    const pair = { near, far }
    open.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (bytes) => void to.write(bytes))
      // A reset. 'close' follows and ends the other socket too.
      from.on('error', () => undefined)
      from.on('close', () => {
        to.destroy()
        open.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted
    },
    leadTo(next) {
      target = next
    },
    fallSilent() {
      for (const { near, far } of open) for (const socket of [near, far]) socket.pause()
    },
    close() {
      for (const { near, far } of open) for (const socket of [near, far]) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

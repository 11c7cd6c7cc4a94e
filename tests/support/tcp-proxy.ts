import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** An address that can be made to lead elsewhere, as a name does after a failover. */
export interface TcpProxy {
  readonly port: number
  /** How many connections were made to it, ever. */
  readonly accepted: number
  /** New connections lead there from now on; those that are open stay where they are. */
  leadTo(port: number): void
  /** What is open stays open, and no byte passes any more, in either direction. New connections are well. */
  fallSilent(): void
  close(): Promise<void>
}

/** Stands between a client and a server on 127.0.0.1. */
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
      // A reset: 'close' follows and ends the other one as well.
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

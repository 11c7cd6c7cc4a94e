import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where in a response body to cut: at the first place at or after `bytes` that is of this kind. */
export interface Cut {
  /** Bytes of the response body as they are on the wire, its chunk framing among them. */
  readonly bytes: number
  readonly place: 'anywhere' | 'inside-character' | 'chunk-border'
}

export interface CuttingProxy {
  readonly port: number
  /** How often each kind of place was cut. */
  readonly cuts: Readonly<Record<Cut['place'], number>>
  close(): Promise<void>
}

/**
 * Stands between client and server, passes responses on in crumbs, and cuts connections without a farewell.
 *
 * @param cutFor asked once for each request, with its path and query; `undefined` lets its response pass
 */
export async function startCuttingProxy(
  targetPort: number,
  cutFor: (path: string) => Cut | undefined,
): Promise<CuttingProxy> {
  const cuts = { anywhere: 0, 'inside-character': 0, 'chunk-border': 0 }
  const sockets = new Set<Socket>()

  const server = createServer((downstream) => {
    const upstream = connect(targetPort, '127.0.0.1')
    let reader: ReturnType<typeof createCutter> | undefined
    for (const socket of [downstream, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
      // A reset is what this proxy is for; 'close' follows and tidies up.
      socket.on('error', () => undefined)
    }
    downstream.on('close', () => upstream.destroy())
    downstream.on('data', (bytes) => {
      const path = /^[A-Z]+ (\S+) HTTP/.exec(bytes.toString('latin1'))?.[1]
      const cut = path === undefined ? undefined : cutFor(path)
      reader = cut && createCutter(cut)
      upstream.write(bytes)
    })
    const crumble = createCrumbler(downstream)
    let isCut = false
    upstream.on('close', () => {
      if (!isCut) crumble(Buffer.alloc(0), () => downstream.destroy())
    })
    upstream.on('data', (bytes) => {
      const end = reader?.findCut(bytes)
      if (reader === undefined || end === undefined) {
        crumble(bytes)
        return
      }
      cuts[reader.cut.place] += 1
      reader = undefined
      isCut = true
      upstream.destroy()
      crumble(bytes.subarray(0, end), () => downstream.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    cuts,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Writes in small pieces of differing sizes, a turn of the event loop apart, so that reads end inside of characters. */
function createCrumbler(socket: Socket) {
  let size = 0
  let last = Promise.resolve()
  return (bytes: Buffer, onWritten?: () => void) => {
    last = last.then(async () => {
      for (let start = 0; start < bytes.length && !socket.destroyed; start += size) {
        size = (size % 23) + 3
        socket.write(bytes.subarray(start, start + size))
        await new Promise((resolve) => setImmediate(resolve))
      }
      onWritten?.()
    })
  }
}

/** Follows one response and tells where in a packet to cut it. */
function createCutter(cut: Cut) {
  let isBody = false
  let seen = 0
  let tail = ''
  return {
    cut,
    findCut(bytes: Buffer): number | undefined {
      for (let index = 0; index < bytes.length; index += 1) {
        if (isBody && seen >= cut.bytes && isPlace(cut.place, tail, bytes[index] ?? 0)) return index
        tail = (tail + String.fromCharCode(bytes[index] ?? 0)).slice(-4)
        if (isBody) seen += 1
        else isBody = tail === '\r\n\r\n'
      }
      return undefined
    },
  }
}

function isPlace(place: Cut['place'], before: string, next: number): boolean {
  if (place === 'inside-character') return next >= 0x80 && next < 0xc0
  if (place === 'chunk-border') return before.endsWith('\r\n')
  return true
}

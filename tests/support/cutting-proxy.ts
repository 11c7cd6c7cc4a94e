import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where to cut a response body: at the first place of this kind at or after `bytes`. */
export interface Cut {
  /** Bytes of the response body on the wire, including its chunk framing. */
  readonly bytes: number
  readonly place: 'anywhere' | 'inside-character' | 'chunk-border'
}

export interface CuttingProxy {
  readonly port: number
  /** How many cuts were made at each kind of place. */
  readonly cuts: Readonly<Record<Cut['place'], number>>
  close(): Promise<void>
}

/**
 * A proxy that passes responses on in small chunks and cuts connections without closing them properly.
 *
 * @param cutFor called once for each request, with its path and query; `undefined` lets the response pass
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
      // Resets are expected here. 'close' follows and cleans up.
      socket.on('error', () => undefined)
    }
    downstream.on('close', () => upstream.destroy())
    downstream.on('data', (bytes) => {
      const path = /^[A-Z]+ (\S+) HTTP/.exec(bytes.toString('latin1'))?.[1]
      const cut = path === undefined ? undefined : cutFor(path)
      reader = cut && createCutter(cut)
      upstream.write(bytes)
    })
    const writeInChunks = createChunkWriter(downstream)
    let isCut = false
    upstream.on('close', () => {
      if (!isCut) writeInChunks(Buffer.alloc(0), () => downstream.destroy())
    })
    upstream.on('data', (bytes) => {
      const end = reader?.findCut(bytes)
      if (reader === undefined || end === undefined) {
        writeInChunks(bytes)
        return
      }
      cuts[reader.cut.place] += 1
      reader = undefined
      isCut = true
      upstream.destroy()
      writeInChunks(bytes.subarray(0, end), () => downstream.destroy())
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

/** Writes small chunks of different sizes, one per turn of the event loop, so that reads end inside characters. */
function createChunkWriter(socket: Socket) {
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

/** Tracks one response and returns where in a packet to cut it. */
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

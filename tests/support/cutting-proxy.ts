import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where to cut a response body: at the first place of this kind at or after `bytes`. */
export interface Cut {
  /** Bytes of the response body on the wire, including its chunk framing. */
  readonly bytes: number
  readonly place: 'anywhere' | 'inside-character' | 'chunk-border'
  /** Gets the response body up to the cut, as it was on the wire. */
  onCut?(body: string): void
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
 * @param options.isWhole which responses are passed on at once, such as a page's long script. @default none
 */
export async function startCuttingProxy(
  targetPort: number,
  cutFor: (path: string) => Cut | undefined,
  { isWhole = () => false }: { isWhole?: (path: string) => boolean } = {},
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
      if (path !== undefined) writer.isWhole = isWhole(path)
      upstream.write(bytes)
    })
    const writer = createChunkWriter(downstream)
    let isCut = false
    upstream.on('close', () => {
      if (!isCut) writer.write(Buffer.alloc(0), () => downstream.destroy())
    })
    upstream.on('data', (bytes) => {
      const end = reader?.findCut(bytes)
      if (reader === undefined || end === undefined) {
        writer.write(bytes)
        return
      }
      cuts[reader.cut.place] += 1
      reader.cut.onCut?.(reader.body())
      reader = undefined
      isCut = true
      upstream.destroy()
      writer.write(bytes.subarray(0, end), () => downstream.destroy())
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
  const writer = {
    /** Whether what follows is written at once instead. */
    isWhole: false,
    write(bytes: Buffer, onWritten?: () => void): void {
      const { isWhole } = writer
      last = last.then(async () => {
        for (let start = 0; start < bytes.length && !socket.destroyed; start += size) {
          size = isWhole ? bytes.length : (size % 23) + 3
          socket.write(bytes.subarray(start, start + size))
          await new Promise((resolve) => setImmediate(resolve))
        }
        onWritten?.()
      })
    },
  }
  return writer
}

/** Tracks one response and returns where in a packet to cut it. */
function createCutter(cut: Cut) {
  let isBody = false
  let seen = 0
  let tail = ''
  let body = ''
  return {
    cut,
    body: () => Buffer.from(body, 'latin1').toString(),
    findCut(bytes: Buffer): number | undefined {
      for (let index = 0; index < bytes.length; index += 1) {
        if (isBody && seen >= cut.bytes && isPlace(cut.place, tail, bytes[index] ?? 0)) return index
        tail = (tail + String.fromCharCode(bytes[index] ?? 0)).slice(-4)
        if (isBody) {
          seen += 1
          body += String.fromCharCode(bytes[index] ?? 0)
        } else isBody = tail === '\r\n\r\n'
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

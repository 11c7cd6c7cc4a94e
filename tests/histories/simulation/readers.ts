import type { SimulatedProcess } from './simulated-process'
import type { World } from './world'

/** The end of a stream as a reader received it. */
export interface ReceivedEnd {
  readonly status: string
  readonly offset: number
}

/** A reader and what it has received. */
export interface Reader {
  readonly name: string
  text: string
  end: ReceivedEnd | undefined
  /** The raw drive response ended cleanly, so its text is complete. */
  isWhole: boolean
  isGone: boolean
}

export function newReader(name: string): Reader {
  return { name, text: '', end: undefined, isWhole: false, isGone: false }
}

/** Called at the moment when a reader receives something, to compare it with what is durable at that time. */
export type OnReceived = (reader: Reader, by: SimulatedProcess) => void

/** Reads the body of a drive response to its end. Sets `isWhole` if the end was clean. */
export async function readDrive(
  world: World,
  reader: Reader,
  response: Response,
  by: SimulatedProcess,
  onReceived: OnReceived,
) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const isClean = await readBody(world, response, by, (bytes) => {
    reader.text += decoder.decode(bytes, { stream: true })
    onReceived(reader, by)
  })
  reader.isWhole = isClean
  if (isClean) onReceived(reader, by)
}

/**
 * Reads one connection of an event stream from the reader's position. When the connection ends, resolves with the id of
 * the last event for the next request.
 */
export async function readEvents(
  world: World,
  reader: Reader,
  response: Response,
  by: SimulatedProcess,
  lastId: string | undefined,
  onReceived: OnReceived,
): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let id = lastId
  await readBody(world, response, by, (bytes) => {
    rest += decoder.decode(bytes, { stream: true })
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      const data = fields.get('data')
      if (data === undefined) continue
      const event = fields.get('event')
      if (event === undefined) {
        reader.text += JSON.parse(data) as string
        id = fields.get('id')
        if (Number(id?.split('.')[1]) !== reader.text.length) {
          throw new Error(`${reader.name}: event ${id} ends at ${reader.text.length}`)
        }
      } else if (event === 'end') reader.end = JSON.parse(data) as ReceivedEnd
      onReceived(reader, by)
    }
  })
  return id
}

/**
 * Reads one connection of framed text from the reader's position, to its end. When the connection ends, resolves with the
 * epoch of the text.
 */
export async function readFramed(
  world: World,
  reader: Reader,
  response: Response,
  by: SimulatedProcess,
  onReceived: OnReceived,
): Promise<number | undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
  let frame: string | undefined
  let epoch: number | undefined
  await readBody(world, response, by, (bytes) => {
    for (let rest = bytes; ; ) {
      const at = rest.indexOf(0xff)
      const part = at < 0 ? decoder.decode(rest, { stream: true }) : decoder.decode(rest.subarray(0, at))
      if (frame === undefined) reader.text += part
      else frame += part
      if (at < 0) break
      rest = rest.subarray(at + 1)
      if (frame) {
        const { type, position, ...report } = JSON.parse(frame)
        if (position !== reader.text.length) {
          throw new Error(`${reader.name}: a frame at ${position} comes after ${reader.text.length}`)
        }
        epoch = report.epoch
        if (type === 'end') reader.end = report as ReceivedEnd
      }
      frame = frame === undefined ? '' : undefined
    }
    onReceived(reader, by)
  })
  return epoch
}

/** Resolves with whether the body ended cleanly. The connections of a process break when it dies. */
async function readBody(
  world: World,
  response: Response,
  by: SimulatedProcess,
  onBytes: (bytes: Uint8Array) => void,
): Promise<boolean> {
  const body = response.body?.getReader()
  if (body === undefined) return true
  for (;;) {
    const step = await Promise.race([body.read().catch(() => undefined), by.crashed.then(() => undefined)])
    world.markActivity()
    if (step === undefined) return false
    if (step.done) return true
    onBytes(step.value)
  }
}

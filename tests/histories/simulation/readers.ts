import type { SimulatedProcess } from './simulated-process'
import type { World } from './world'

/** How a stream ended, as somebody was told. */
export interface ToldEnd {
  readonly status: string
  readonly offset: number
}

/** Somebody who reads, and what they have been told. */
export interface Reader {
  readonly name: string
  text: string
  end: ToldEnd | undefined
  /** The raw answer of a drive ended cleanly, which says that its text is whole. */
  isWhole: boolean
  isGone: boolean
}

export function newReader(name: string): Reader {
  return { name, text: '', end: undefined, isWhole: false, isGone: false }
}

/** What a reader was just given: called at that moment, so that it can be compared with what is durable then. */
export type OnNews = (reader: Reader, by: SimulatedProcess) => void

/** Reads the body of a drive to its end. Resolves with whether the end was clean. */
export async function readDrive(
  world: World,
  reader: Reader,
  response: Response,
  by: SimulatedProcess,
  onNews: OnNews,
) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const isClean = await readBody(world, response, by, (bytes) => {
    reader.text += decoder.decode(bytes, { stream: true })
    onNews(reader, by)
  })
  reader.isWhole = isClean
  if (isClean) onNews(reader, by)
}

/**
 * Reads one connection of an event stream, from where the reader is. Resolves when it ends, with the id of the last event
 * for the next request.
 */
export async function readEvents(
  world: World,
  reader: Reader,
  response: Response,
  by: SimulatedProcess,
  lastId: string | undefined,
  onNews: OnNews,
): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let unread = ''
  let id = lastId
  await readBody(world, response, by, (bytes) => {
    unread += decoder.decode(bytes, { stream: true })
    const blocks = unread.split('\n\n')
    unread = blocks.pop() ?? ''
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
      } else if (event === 'end') reader.end = JSON.parse(data) as ToldEnd
      onNews(reader, by)
    }
  })
  return id
}

/** Resolves with whether the body ended by itself; a process that dies takes its connections along. */
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
    world.stir()
    if (step === undefined) return false
    if (step.done) return true
    onBytes(step.value)
  }
}

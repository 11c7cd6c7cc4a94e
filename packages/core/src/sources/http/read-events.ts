import { readText } from './read-text'

/** An event of a Keepstream server. */
export interface WireEvent {
  readonly event?: string | undefined
  readonly id?: string | undefined
  readonly data: string
}

/**
 * Reads the events of a Keepstream server as they arrive. Each field is one line, and the data is JSON, in which no line
 * break stands for itself. So this needs no parser for events of any origin. An event without its blank line may have been
 * cut, and is ignored.
 *
 * @param check bounds the length of an event that has not ended
 */
export function readEvents(
  response: Response,
  onEvent: (event: WireEvent) => void,
  alive: () => void,
  check: (length: number) => void,
): Promise<void> {
  let rest = ''
  return readText(
    response,
    (text) => {
      alive()
      // Some servers end their lines with CR LF.
      const part = text.replaceAll('\r', '')
      rest += part
      if (!part.includes('\n')) return
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => /(.*?): ?(.*)/s.exec(line)?.slice(1) ?? []))
        if (fields.data) onEvent(fields)
      }
    },
    () => check(rest.length),
    {},
  )
}

/** How much of a line is read: enough to recognize its kind. */
const MAX_LINE = 64

/** Counts the events and comments of an event stream. It keeps no content. */
export function createEventCounter() {
  const decoder = new TextDecoder()
  const counter = { events: 0, comments: 0, hasEnd: false, read }
  let rest = ''

  function read(bytes: Uint8Array) {
    const lines = decoder.decode(bytes, { stream: true }).split('\n')
    lines[0] = rest + lines[0]
    rest = (lines.pop() ?? '').slice(0, MAX_LINE)
    for (const line of lines) {
      if (/^(data|event):/.test(line)) counter.events += 1
      if (line.startsWith(':')) counter.comments += 1
      if (/^(event: ?end|data: ?\[DONE\])\s*$/.test(line)) counter.hasEnd = true
    }
  }

  return counter
}

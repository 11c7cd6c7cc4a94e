import { eventNames } from '../wire-names'
import type { EndReport, Frames, StatusReport } from './reporting-encoder'
import { encode } from './utf-8'

/** Server-sent events. */
export const sseFrames: Frames = {
  status({ isStalled, ...report }: StatusReport) {
    const data = JSON.stringify({ ...report, stalled: isStalled || undefined })
    return encode(`event: ${eventNames.status}\ndata: ${data}\n\n`)
  },
  /** The text is one JSON string, so that its CR, LF and NUL never break the framing. */
  text: (text, epoch, end) => encode(`id: ${epoch}.${end}\ndata: ${JSON.stringify(text)}\n\n`),
  end({ epoch, ...report }: EndReport) {
    return encode(`event: ${eventNames.end}\nid: ${epoch}.${report.offset}\ndata: ${JSON.stringify(report)}\n\n`)
  },
  keepAlive: encode(':\n\n'),
}

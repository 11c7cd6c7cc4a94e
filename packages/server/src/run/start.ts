import { notFound, StreamServerError } from '../errors'
import { flag, optionsFrom } from '../options/check-options'
import { isTerminal } from '../store/status'
import { isStreamId } from '../store/stream-id'
import type { StreamHead } from '../store/stream-store'
import type { Producer } from './producer'
import type { RunOutcome } from './run'
import type { Runs } from './runs'

/** A stream that was started without a reader. */
export interface StartedStream {
  /** How the run ended. Never rejects. If the stream had ended before, it resolves with that end. */
  readonly finished: Promise<RunOutcome>
}

const table = { canResume: flag }

/** Starts or joins the run. See `Streams.start`. */
export async function startStream(
  runs: Runs,
  id: string,
  producer: Producer,
  options: { readonly canResume?: boolean },
): Promise<StartedStream> {
  const { canResume } = optionsFrom(options, table, 'call start(id, producer, { canResume })')
  if (typeof producer !== 'function') throw new StreamServerError('invalid-option', 'start() needs a producer function')
  const opened = isStreamId(id) ? await runs.open(id, { producer, canResume }) : ({ type: 'gone' } as const)
  switch (opened.type) {
    case 'run':
      return { finished: opened.run.finished }
    case 'stored':
      return { finished: Promise.resolve(outcomeOf(opened.head)) }
    case 'gone':
      throw notFound(id)
  }
}

function outcomeOf({ status, offset, error, finishReason }: StreamHead): RunOutcome {
  if (!isTerminal(status)) return { status: 'fenced' }
  return {
    status,
    offset,
    ...(error === undefined ? {} : { error }),
    ...(finishReason === undefined ? {} : { finishReason }),
  }
}

import { useState, useSyncExternalStore } from 'react'
import { describeEntry } from './describe-entry'
import { TimelineBar } from './timeline-bar'
import { TimelineList } from './timeline-list'
import type { Timelines } from './timelines'

export interface TimelineStripProps {
  readonly timelines: Timelines
  /** `undefined` while there is nothing to show. */
  readonly streamId: string | undefined
}

/** The timeline of a pane's last answer: a bar, the last entry and, when opened, all entries. */
export function TimelineStrip({ timelines, streamId }: TimelineStripProps) {
  const timeline = useSyncExternalStore(timelines.subscribe, () => timelines.of(streamId))
  const [isOpen, setIsOpen] = useState(false)
  const last = timeline.entries.at(-1)
  return (
    <details className="timeline" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span className="timeline-title">Timeline</span>
        <span className="timeline-last">{last === undefined ? 'nothing read yet' : describeEntry(last)}</span>
        <TimelineBar timeline={timeline} />
      </summary>
      {isOpen && <TimelineList entries={timeline.entries} />}
    </details>
  )
}

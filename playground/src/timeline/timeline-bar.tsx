import { layoutBar } from './layout-bar'
import type { Timeline } from './timelines'

export interface TimelineBarProps {
  readonly timeline: Timeline
}

/** The text from beginning to end, colored by source, with a mark for each event. */
export function TimelineBar({ timeline }: TimelineBarProps) {
  const { stretches, marks } = layoutBar(timeline)
  return (
    <span className="timeline-bar" aria-hidden="true">
      <span className="stretches">
        {stretches.map(({ source, left, width }) => (
          <span
            key={left}
            className="stretch"
            data-source={source}
            style={{ left: percent(left), width: percent(width) }}
          />
        ))}
      </span>
      {marks.map(({ key, kind, left, title }) => (
        <span key={key} className="mark" data-kind={kind} title={title} style={{ left: percent(left) }} />
      ))}
    </span>
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}

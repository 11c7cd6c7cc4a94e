import { describeEntry } from './describe-entry'
import type { Entry } from './timeline-entry'

export interface TimelineListProps {
  readonly entries: readonly Entry[]
}

/** All entries of a timeline in words. The newest come first, so that changes are at the top. */
export function TimelineList({ entries }: TimelineListProps) {
  if (entries.length === 0) return <p className="timeline-none">Once an answer is read, each step is shown here.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <ol className="timeline-list" tabIndex={0} aria-label="What happened, the newest first">
      {[...entries].reverse().map((entry) => (
        <li key={entry.key} data-kind={entry.kind} data-source={'source' in entry ? entry.source : undefined}>
          <time>{seconds(entry.atMs)}</time>
          <span className="dot" aria-hidden="true" />
          <span>{describeEntry(entry)}</span>
        </li>
      ))}
    </ol>
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

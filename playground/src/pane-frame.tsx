import type { ReactNode } from 'react'
import { FrameworkChooser } from './framework-chooser'
import { PaneContent } from './pane-content'
import type { Framework } from './panes/frameworks'
import type { PaneProps } from './panes/pane-view'

export interface PaneFrameProps {
  readonly title: string
  readonly subtitle: string
  /** On narrow screens only one pane is shown at a time. */
  readonly isShown: boolean
  readonly framework: Framework
  readonly onFramework: (framework: Framework) => void
  /** The props for the framework. */
  readonly content: PaneProps
  /** Below the title: the controls of this pane's connection. */
  readonly controls?: ReactNode
  /** At the bottom: the timeline of its client. */
  readonly timeline?: ReactNode
}

/** The frame of a pane, which is the same for every framework. */
export function PaneFrame({ title, subtitle, isShown, framework, onFramework, content, ...slots }: PaneFrameProps) {
  const { kind } = content
  return (
    <section
      className="pane"
      id={kind}
      data-kind={kind}
      data-shown={isShown || undefined}
      aria-labelledby={`${kind}-title`}
    >
      <div className="pane-top">
        <header className="pane-head">
          <h2 id={`${kind}-title`}>{title}</h2>
          <p>{subtitle}</p>
          <FrameworkChooser pane={title} chosen={framework} onChoose={onFramework} />
        </header>
        {slots.controls !== undefined && <div className="pane-controls">{slots.controls}</div>}
      </div>
      <PaneContent framework={framework} content={content} />
      {slots.timeline !== undefined && <div className="pane-timeline">{slots.timeline}</div>}
    </section>
  )
}

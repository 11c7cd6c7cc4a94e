import type { ReactNode } from 'react'

export interface PaneProps {
  readonly id: string
  readonly title: string
  readonly subtitle: string
  readonly kind: 'driver' | 'follower'
  /** On narrow screens only one pane is shown at a time. */
  readonly isShown: boolean
  readonly children: ReactNode
  readonly footer: ReactNode
}

/** One of the two windows onto the conversation. */
export function Pane({ id, title, subtitle, kind, isShown, children, footer }: PaneProps) {
  return (
    <section
      className="pane"
      id={id}
      data-kind={kind}
      data-shown={isShown || undefined}
      aria-labelledby={`${id}-title`}
    >
      <header className="pane-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{subtitle}</p>
      </header>
      {children}
      <div className="pane-foot">{footer}</div>
    </section>
  )
}

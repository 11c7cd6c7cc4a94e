import { useLayoutEffect, useRef, useState } from 'react'
import { type Framework, frameworkNames } from './panes/frameworks'
import { createPaneHost, type PaneHost, type PaneHostState } from './panes/pane-host'
import type { PaneProps } from './panes/pane-view'

export interface PaneContentProps {
  readonly framework: Framework
  readonly content: PaneProps
}

/** The place of a pane's content, which the chosen framework renders. */
export function PaneContent({ framework, content }: PaneContentProps) {
  const element = useRef<HTMLDivElement>(null)
  const host = useRef<PaneHost>(undefined)
  const [state, setState] = useState<PaneHostState>('loading')

  useLayoutEffect(() => {
    if (element.current === null) return
    const own = createPaneHost(element.current, setState)
    host.current = own
    return () => own.close()
  }, [])

  // This runs after every render. A view finds the changed props by itself.
  useLayoutEffect(() => host.current?.show(framework, content))

  return (
    <>
      {state === 'failed' && (
        <p className="note pane-note" role="alert" data-error="">
          The code for {frameworkNames[framework]} could not be loaded.{' '}
          <button type="button" className="quiet" onClick={() => host.current?.retry()}>
            Try again
          </button>
        </p>
      )}
      <div className="pane-content" aria-busy={state === 'loading'} ref={element} />
    </>
  )
}

import { useLayoutEffect, useRef, useState } from 'react'
import { type Framework, frameworkNames } from './panes/frameworks'
import { createPaneHost, type PaneHost, type PaneHostState } from './panes/pane-host'
import type { PaneProps } from './panes/pane-view'

export interface PaneContentProps {
  readonly framework: Framework
  readonly content: PaneProps
}

/** Where the page ends and the chosen framework begins. */
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

  // After every render: a view takes what it is given, and finds out by itself what of it is new.
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

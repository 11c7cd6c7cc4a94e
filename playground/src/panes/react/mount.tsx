import { StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { MountPane, PaneProps } from '../pane-view'
import { Pane } from './pane'

export const mountPane: MountPane = (target, props) => {
  const root = createRoot(target)
  const render = (next: PaneProps) =>
    root.render(
      <StrictMode>
        <Pane {...next} />
      </StrictMode>,
    )
  flushSync(() => render(props))
  return {
    update: render,
    // The page may be in the middle of a render of its own, in which React takes no other root away.
    unmount: () => queueMicrotask(() => root.unmount()),
  }
}

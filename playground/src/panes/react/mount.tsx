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
    // React cannot unmount another root while the page itself renders.
    unmount: () => queueMicrotask(() => root.unmount()),
  }
}

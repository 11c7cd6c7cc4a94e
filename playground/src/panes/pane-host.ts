import { type Framework, loadPane } from './frameworks'
import type { MountPane, PaneProps, PaneView } from './pane-view'

export type PaneHostState = 'loading' | 'shown' | 'failed'

export interface PaneHost {
  /** Shows a pane by a framework. While that one is loaded the one before stays, so that nothing on the screen jumps. */
  show(framework: Framework, props: PaneProps): void
  /** Loads again what could not be loaded. */
  retry(): void
  close(): void
}

/** Puts one pane's content into an element, and another framework's in its place. */
export function createPaneHost(
  element: HTMLElement,
  onState: (state: PaneHostState) => void,
  load: (framework: Framework) => Promise<{ mountPane: MountPane }> = loadPane,
): PaneHost {
  let latest: PaneProps
  let wanted: Framework | undefined
  let shown: { view: PaneView; target: HTMLElement } | undefined

  async function change(framework: Framework) {
    wanted = framework
    onState('loading')
    try {
      const { mountPane } = await load(framework)
      if (wanted !== framework) return
      swap(framework, mountPane)
      onState('shown')
    } catch (error) {
      if (wanted !== framework) return
      onState('failed')
      console.error(error)
    }
  }

  /** The new one is on the screen before the old one leaves, and both in the same tick. */
  function swap(framework: Framework, mountPane: MountPane) {
    const target = document.createElement('div')
    target.className = 'pane-view'
    target.dataset['framework'] = framework
    const place = shown && readPlace(shown.target)
    element.append(target)
    const view = mountPane(target, latest)
    if (place !== undefined) goTo(target, place)
    shown?.target.remove()
    shown?.view.unmount()
    shown = { view, target }
  }

  return {
    show(framework, props) {
      latest = props
      if (framework !== wanted) void change(framework)
      shown?.view.update(props)
    },
    retry() {
      if (wanted !== undefined) void change(wanted)
    },
    close() {
      wanted = undefined
      shown?.target.remove()
      shown?.view.unmount()
      shown = undefined
    },
  }
}

/** Where the reader is, unless at the end, which is kept in sight anyway. */
function readPlace(target: HTMLElement): number | undefined {
  return target.querySelector('.to-end') === null ? undefined : target.querySelector('.scroller')?.scrollTop
}

function goTo(target: HTMLElement, place: number) {
  const scroller = target.querySelector('.scroller')
  if (scroller !== null) scroller.scrollTop = place
}

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

interface Shown {
  readonly framework: Framework
  readonly target: HTMLElement
  readonly view: PaneView
}

/** Puts one pane's content into an element, and another framework's in its place. */
export function createPaneHost(
  element: HTMLElement,
  onState: (state: PaneHostState) => void,
  load: (framework: Framework) => Promise<{ mountPane: MountPane }> = loadPane,
): PaneHost {
  let latest: PaneProps
  let wanted: Framework | undefined
  let shown: Shown | undefined

  async function change(framework: Framework) {
    wanted = framework
    if (framework === shown?.framework) return onState('shown')
    onState('loading')
    try {
      const { mountPane } = await load(framework)
      if (wanted !== framework || framework === shown?.framework) return
      replaceBy(framework, mountPane)
      onState('shown')
    } catch (error) {
      if (wanted !== framework) return
      onState('failed')
      console.error(error)
    }
  }

  /** The new one is on the screen before the old one leaves, and both in the same tick. */
  function replaceBy(framework: Framework, mountPane: MountPane) {
    const target = document.createElement('div')
    target.className = 'pane-view'
    target.dataset['framework'] = framework
    const place = shown && readPlace(shown.target)
    element.append(target)
    const view = mountOrLeave(mountPane, target, latest)
    const scroller = target.querySelector('.scroller')
    if (place !== undefined && scroller !== null) scroller.scrollTop = place
    takeAway()
    shown = { framework, target, view }
  }

  function takeAway() {
    shown?.target.remove()
    shown?.view.unmount()
    shown = undefined
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
      takeAway()
    },
  }
}

function mountOrLeave(mountPane: MountPane, target: HTMLElement, props: PaneProps): PaneView {
  try {
    return mountPane(target, props)
  } catch (error) {
    target.remove()
    throw error
  }
}

/** Where the reader is, unless at the end, which is kept in sight anyway. */
function readPlace(target: HTMLElement): number | undefined {
  return target.querySelector('.to-end') === null ? undefined : target.querySelector('.scroller')?.scrollTop
}

import { type Framework, loadPane } from './frameworks'
import type { MountPane, PaneProps, PaneView } from './pane-view'

export type PaneHostState = 'loading' | 'shown' | 'failed'

export interface PaneHost {
  /** Shows a pane with a framework. While it loads, the old one stays, so that nothing on the screen jumps. */
  show(framework: Framework, props: PaneProps): void
  /** Loads the framework again after a failure. */
  retry(): void
  close(): void
}

interface Shown {
  readonly framework: Framework
  readonly target: HTMLElement
  readonly view: PaneView
}

/** Renders one pane's content into an element, and replaces it when another framework is chosen. */
export function createPaneHost(
  element: HTMLElement,
  onState: (state: PaneHostState) => void,
  load: (framework: Framework) => Promise<{ mountPane: MountPane }> = loadPane,
  reload: () => Promise<void> = reloadPage,
): PaneHost {
  let latest: PaneProps
  let wanted: Framework | undefined
  let shown: Shown | undefined

  async function change(framework: Framework, isRetry = false) {
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
      // Some browsers remember that a module could not be loaded, until the page is reloaded.
      if (isRetry) await reload()
    }
  }

  /** Mounts the new view before it removes the old one, in the same tick. */
  function replaceBy(framework: Framework, mountPane: MountPane) {
    const target = document.createElement('div')
    target.className = 'pane-view'
    target.dataset['framework'] = framework
    const place = shown && readPlace(shown.target)
    element.append(target)
    const view = mountOrLeave(mountPane, target, latest)
    const scroller = target.querySelector('.scroller')
    if (place !== undefined && scroller !== null) scroller.scrollTop = place
    removeShown()
    shown = { framework, target, view }
  }

  function removeShown() {
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
      if (wanted !== undefined) void change(wanted, true)
    },
    close() {
      wanted = undefined
      removeShown()
    },
  }
}

/** Reloads the page if the server can be reached. Otherwise the browser would show its own error page instead. */
async function reloadPage() {
  const { ok } = await fetch(location.href, { method: 'HEAD' }).catch(() => ({ ok: false }))
  if (ok) location.reload()
}

function mountOrLeave(mountPane: MountPane, target: HTMLElement, props: PaneProps): PaneView {
  try {
    return mountPane(target, props)
  } catch (error) {
    target.remove()
    throw error
  }
}

/** The scroll position, unless it is at the end, which stays in view anyway. */
function readPlace(target: HTMLElement): number | undefined {
  return target.querySelector('.to-end') === null ? undefined : target.querySelector('.scroller')?.scrollTop
}

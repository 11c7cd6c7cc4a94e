import { type Component, flushSync, mount, unmount } from 'svelte'
import { onTestFinished } from 'vitest'
import { createKit } from '../../../../tests/bindings/kit'
import { drivers } from '../../../../tests/bindings/svelte/driver'

/** A server, and a page that renders the component of a test. */
export function createPage() {
  return {
    ...createKit(drivers[0]),
    /** Returns the element that holds the component, and what takes it away; that happens at the latest when the test has finished. */
    show<Props extends Record<string, unknown>>(component: Component<Props>, props: Props) {
      const target = document.body.appendChild(document.createElement('div'))
      const shown = mount(component, { target, props })
      flushSync()
      const leave = () => {
        if (!target.isConnected) return
        void unmount(shown)
        flushSync()
        target.remove()
      }
      onTestFinished(leave)
      return { target, leave }
    },
  }
}

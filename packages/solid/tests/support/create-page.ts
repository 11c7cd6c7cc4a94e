import type { JSX } from 'solid-js'
import { render } from 'solid-js/web'
import { onTestFinished } from 'vitest'
import { createKit } from '../../../../tests/bindings/kit'
import { drivers } from '../../../../tests/bindings/solid/driver'

/** A server, and a page that renders the component of a test. */
export function createPage() {
  return {
    ...createKit(drivers[0]),
    /** Returns the element that holds the page, and what takes it away; that happens at the latest when the test has finished. */
    show(page: () => JSX.Element) {
      const target = document.body.appendChild(document.createElement('div'))
      const leave = render(page, target)
      onTestFinished(() => {
        leave()
        target.remove()
      })
      return { target, leave }
    },
  }
}

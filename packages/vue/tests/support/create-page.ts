import type { StreamPlugin } from '@keepstream/vue'
import { onTestFinished } from 'vitest'
import { createApp, type RenderFunction } from 'vue'
import { createKit } from '../../../../tests/bindings/kit'
import { drivers } from '../../../../tests/bindings/vue/driver'

/** A server, and a page that renders the component of a test. */
export function createPage() {
  return {
    ...createKit(drivers[0]),
    /** Returns the element that holds the page. It goes when the test has finished, or when its `app` is unmounted. */
    show(render: RenderFunction, plugin?: [typeof StreamPlugin, Parameters<typeof StreamPlugin.install>[1]]) {
      const container = document.body.appendChild(document.createElement('div'))
      const app = createApp({ render })
      if (plugin) app.use(...plugin)
      app.mount(container)
      onTestFinished(() => {
        app.unmount()
        container.remove()
      })
      return container
    },
  }
}

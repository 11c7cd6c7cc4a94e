import { flushSync, mount, unmount } from 'svelte'
import { writable } from 'svelte/store'
import { openClient } from './clients'
import type { Hook } from './hook'
import Page from './page.svelte'

/** With the client that convex-svelte puts in the context. */
export const svelte: Hook = {
  name: 'Svelte',
  mount(target, url, props) {
    const client = openClient(url)
    const shown = writable(props)
    const page = mount(Page, { target, props: { client, shown } })
    flushSync()
    return {
      apply: (props) => shown.set(props),
      async unmount() {
        await unmount(page)
        flushSync()
        await client.close()
      },
    }
  },
}

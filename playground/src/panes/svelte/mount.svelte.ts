import { flushSync, mount, unmount } from 'svelte'
import type { MountPane } from '../pane-view'
import Pane from './pane.svelte'

export const mountPane: MountPane = (target, props) => {
  let latest = $state.raw(props)
  const pane = mount(Pane, {
    target,
    props: {
      get given() {
        return latest
      },
    },
  })
  flushSync()
  return {
    update(next) {
      latest = next
    },
    unmount: () => void unmount(pane),
  }
}

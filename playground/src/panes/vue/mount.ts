import { createApp, h, shallowRef } from 'vue'
import type { MountPane } from '../pane-view'
import Pane from './pane.vue'

export const mountPane: MountPane = (target, first) => {
  const props = shallowRef(first)
  const app = createApp(() => h(Pane, props.value))
  app.mount(target)
  return {
    update(next) {
      props.value = next
    },
    unmount: () => app.unmount(),
  }
}

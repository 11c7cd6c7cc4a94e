import { useStream } from '@keepstream/convex/vue'
import type { ConvexClient } from 'convex/browser'
import { type ConvexVueContext, convexVue } from 'convex-vue'
import { createApp, defineComponent, h, inject, type ShallowRef, shallowRef } from 'vue'
import { api } from '../app/_generated/api'
import { clientOptions } from './clients'
import { type Hook, optsOf, type ProbeProps, urlOf } from './hook'

/** With the client of convex-vue's plugin. */
export const vue: Hook = {
  name: 'Vue',
  mount(container, url, props) {
    const shown = shallowRef(props)
    const app = createApp(Probe, { shown })
    app.use(convexVue, { url, clientOptions })
    app.mount(container)
    const client = app.runWithContext(() => inject<ConvexVueContext>('convex-vue'))?.clientRef.value as ConvexClient
    return {
      apply(props) {
        shown.value = props
      },
      async unmount() {
        app.unmount()
        await client.close()
      },
    }
  },
}

const Probe = defineComponent({
  props: ['shown'],
  setup({ shown }: { shown: ShallowRef<ProbeProps> }) {
    const { text, status } = useStream(
      api.streaming.getStreamBody,
      () => urlOf(shown.value),
      () => shown.value.driven,
      () => shown.value.streamId,
      () => optsOf(shown.value),
    )
    return () => {
      shown.value.onRender({ text: text.value, status: status.value })
      return h('output', text.value)
    }
  },
})

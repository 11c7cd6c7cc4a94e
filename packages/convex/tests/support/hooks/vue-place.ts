import type { StreamBodyQuery, StreamId } from '@keepstream/convex'
import { useStream } from '@keepstream/convex/vue'
import { defineComponent } from 'vue'

/** A component that finds its Convex client wherever the app has it. */
export const place = (query: StreamBodyQuery, url: URL, id: StreamId | undefined) =>
  defineComponent({
    setup() {
      const { text } = useStream(query, url, false, id)
      return () => text.value
    },
  })

import { ConvexContext, useStream } from '@keepstream/convex/solid'
import { createComponent, createRenderEffect, createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import { api } from '../app/_generated/api'
import { openClient } from './clients'
import { type Hook, optsOf, type ProbeProps, urlOf } from './hook'

export const solid: Hook = {
  name: 'Solid',
  mount(container, url, props) {
    const client = openClient(url)
    const [shown, show] = createSignal(props)
    const probe = () => createComponent(Probe, { shown })
    const leave = render(
      () =>
        createComponent(ConvexContext.Provider, {
          value: client,
          get children() {
            return probe()
          },
        }),
      container,
    )
    return {
      apply: (props) => void show(props),
      async unmount() {
        leave()
        await client.close()
      },
    }
  },
}

function Probe({ shown }: { shown: () => ProbeProps }) {
  const reply = useStream(
    api.streaming.getStreamBody,
    () => urlOf(shown()),
    () => shown().driven,
    () => shown().streamId,
    () => optsOf(shown()),
  )
  const output = document.createElement('output')
  createRenderEffect(() => {
    const { text, status } = reply
    shown().onRender({ text, status })
    output.textContent = text
  })
  return output
}

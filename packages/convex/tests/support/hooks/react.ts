import { useStream as useComponentStream } from '@convex-dev/persistent-text-streaming/react'
import { useStream } from '@keepstream/convex/react'
import { ConvexProvider } from 'convex/react'
import { Component, createElement, Fragment, type ReactNode, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { api } from '../app/_generated/api'
import { openReactClient } from './clients'
import { type Hook, optsOf, type ProbeProps, urlOf } from './hook'

export const react = create('React', useStream, Fragment)
export const reactStrict = create('React in <StrictMode>', useStream, StrictMode)
export const component = create('the component’s own', useComponentStream, Fragment)
export const componentStrict = create('the component’s own in <StrictMode>', useComponentStream, StrictMode)

function create(name: string, use: typeof useComponentStream, Mode: typeof Fragment): Hook {
  function Probe(props: ProbeProps) {
    const body = use(api.streaming.getStreamBody, urlOf(props), props.driven, props.streamId, optsOf(props))
    props.onRender(body)
    return createElement('output', undefined, body.text)
  }

  return {
    name,
    mount(container, url, props) {
      const client = openReactClient(url)
      const root = createRoot(container, { onCaughtError: () => {} })
      const render = (props: ProbeProps) =>
        flushSync(() =>
          root.render(
            createElement(
              Mode,
              undefined,
              createElement(
                ConvexProvider,
                { client },
                createElement(Boundary, { onCrash: props.onCrash }, createElement(Probe, props)),
              ),
            ),
          ),
        )
      render(props)
      return {
        apply: render,
        async unmount() {
          flushSync(() => root.unmount())
          await client.close()
        },
      }
    },
  }
}

class Boundary extends Component<{ children?: ReactNode; onCrash: (error: unknown) => void }> {
  override state = { isCrashed: false }
  static getDerivedStateFromError() {
    return { isCrashed: true }
  }
  override componentDidCatch(error: unknown) {
    this.props.onCrash(error)
  }
  override render() {
    return this.state.isCrashed ? null : this.props.children
  }
}

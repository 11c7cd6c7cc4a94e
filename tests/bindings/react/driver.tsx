import { useStream } from '@keepstream/react'
import { Fragment, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Driver, InlineProps, ProbeProps, Probes } from '../driver'

/** StrictMode mounts each component, unmounts it and mounts it again. */
export const drivers = [
  createDriver('outside <StrictMode>', Fragment),
  createDriver('inside <StrictMode>', StrictMode),
] as const

/** Creates inline everything that can be created inline. */
export function Probe({ client, id, start, initial, name, onRender }: ProbeProps) {
  const reply = useStream(client, id, { start, initial: initial && { ...initial } })
  onRender({ id, ...reply })
  return <output name={name}>{reply.text}</output>
}

function InlineProbe({ makeClient, id, name }: InlineProps) {
  return <output name={name}>{useStream(makeClient(), id, { start: true }).text}</output>
}

function createDriver(mode: string, Mode: typeof Fragment): Driver {
  return {
    framework: 'React',
    mode,
    mount(container, probes) {
      const root = createRoot(container)
      const render = (probes: Probes) =>
        flushSync(() =>
          root.render(<Mode>{probes.map((probe) => probe && <Probe key={probe.name} {...probe} />)}</Mode>),
        )
      render(probes)
      return { apply: render, unmount: () => flushSync(() => root.unmount()) }
    },
    mountInline(container, props) {
      const root = createRoot(container)
      flushSync(() =>
        root.render(
          <Mode>
            <InlineProbe {...props} />
          </Mode>,
        ),
      )
      return () => flushSync(() => root.unmount())
    },
  }
}

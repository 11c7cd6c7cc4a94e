import type { Initial, StreamClient, StreamState, TextStream } from '@keepstream/core'

/** The props that an application passes to a component that shows a stream. */
export interface ComponentProps {
  readonly client: StreamClient
  readonly id: string | undefined
  readonly start?: boolean | undefined
  readonly initial?: Initial | undefined
}

/** The values of one render: the state, the actions, and the id it was rendered with. */
export interface Seen extends StreamState, Pick<TextStream, 'stop' | 'retry'> {
  readonly id: string | undefined
}

/**
 * The props of the contract's component. It calls `useStream` as an application does, calls `onRender` on each render
 * with all values, and shows the text in `<output name={name}>`.
 */
export interface ProbeProps extends ComponentProps {
  readonly name: string
  readonly onRender: (seen: Seen) => void
}

/** The props of a component that creates its client in code that the framework runs again on updates. */
export interface InlineProps {
  readonly id: string
  readonly name: string
  readonly makeClient: () => StreamClient
}

/** Components by their place. `undefined` is an unmounted one. */
export type Probes = readonly (ProbeProps | undefined)[]

/** Connects a framework to the contract. */
export interface Driver {
  readonly framework: string
  /** How the components are wrapped, or how they call `useStream`, where there is more than one way. */
  readonly mode: string
  /** MUST render the components once before it returns. */
  mount(container: HTMLElement, probes: Probes): Rendered
  /** MUST drive the id. Returns a function that unmounts the component. */
  mountInline(container: HTMLElement, props: InlineProps): () => void
}

export interface Rendered {
  /** Passes new props to the components. They may render only in the next turn of the event loop. */
  apply(probes: Probes): void
  /** MUST clean up everything before it returns. */
  unmount(): void
}

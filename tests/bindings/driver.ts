import type { Snapshot, StreamClient, StreamState, TextStream } from '@keepstream/core'

/** What an application would give a component that shows a stream. */
export interface ComponentProps {
  readonly client: StreamClient
  readonly id: string | undefined
  readonly driven?: boolean | undefined
  readonly initial?: Snapshot | undefined
}

/** What one render saw: the state, the actions, and the id it was rendered with. */
export interface Seen extends StreamState, Pick<TextStream, 'stop' | 'retry'> {
  readonly id: string | undefined
}

/**
 * A component of the contract. It calls `useStream` as the framework's applications do, calls `onRender` on each render with
 * all that it saw, and shows the text in `<output name={name}>`.
 */
export interface ProbeProps extends ComponentProps {
  readonly name: string
  readonly onRender: (seen: Seen) => void
}

/** A component that makes its client where the framework runs that again for what the component shows. */
export interface InlineProps {
  readonly id: string
  readonly name: string
  readonly makeClient: () => StreamClient
}

/** Components by their place; `undefined` is one that has gone. */
export type Probes = readonly (ProbeProps | undefined)[]

/** What a framework must be able to do for the contract. */
export interface Driver {
  readonly framework: string
  /** How the components are held, or how they call `useStream`, where there is more than one way. */
  readonly mode: string
  /** MUST have rendered the components once when it returns. */
  mount(container: HTMLElement, probes: Probes): Rendered
  /** MUST drive the id. Returns what takes the component away. */
  mountInline(container: HTMLElement, props: InlineProps): () => void
}

export interface Rendered {
  /** Gives the components new props. They need not be rendered before the next turn of the event loop. */
  apply(probes: Probes): void
  /** MUST have left everything when it returns. */
  unmount(): void
}

import type { StreamBody, StreamId } from '@convex-dev/persistent-text-streaming'

/** The arguments of the hook. */
export interface HookProps {
  readonly streamUrl: URL
  readonly driven: boolean
  readonly streamId: StreamId | undefined
  readonly opts?: { authToken?: string | null; headers?: Record<string, string> } | undefined
  /** The URL and the options are new objects on each render, as in the component's README. */
  readonly isInline?: boolean | undefined
}

/** Props, and the callback with the result of each render. */
export interface ProbeProps extends HookProps {
  readonly onRender: (body: StreamBody) => void
  readonly onCrash: (error: unknown) => void
}

/** A hook in its framework, with its own Convex client, as in a tab. */
export interface Hook {
  readonly name: string
  mount(container: HTMLElement, url: string, props: ProbeProps): Mounted
}

export interface Mounted {
  apply(props: ProbeProps): void
  /** Leaves, and then closes the Convex client. */
  unmount(): Promise<void>
}

export function urlOf({ streamUrl, isInline }: HookProps): URL {
  return isInline ? new URL(streamUrl) : streamUrl
}

export function optsOf({ opts, isInline }: HookProps): HookProps['opts'] {
  return isInline ? { ...opts, headers: { ...opts?.headers } } : opts
}

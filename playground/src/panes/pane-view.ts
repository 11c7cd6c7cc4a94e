import type { StreamClient } from '@keepstream/core'
import type { Message } from '../../shared/chat'

/** The interface between the page and a pane's content. Every framework gets these props and nothing else. */
export interface PaneProps {
  /** The driver asks, and the follower only reads. */
  readonly kind: 'driver' | 'follower'
  /** A follower alone on its page: it has no driver beside it. */
  readonly isLone: boolean
  /** Each pane has its own client. It stays the same while the pane is shown. */
  readonly client: StreamClient
  readonly chatId: string | undefined
  /** Oldest first, with `streamId` as the key. `undefined` while they load. */
  readonly messages: readonly PaneMessage[] | undefined
  /** Why the question could not be asked, or the conversation could not be read. */
  readonly problem: string | undefined
  /** The link in a follower's footer: to this conversation with a follower alone, or from there back to both panes. */
  readonly otherView: string
  /** Resolves with whether the question was accepted. */
  readonly onAsk: (prompt: string) => Promise<boolean>
}

export interface PaneMessage extends Message {
  /** The question was asked in this pane since the page was loaded, so its answer is driven here. */
  readonly isDriven: boolean
}

export interface PaneView {
  update(props: PaneProps): void
  unmount(): void
}

/** Renders a pane's content into an empty element, synchronously: all known text is in the page when it returns. */
export type MountPane = (target: HTMLElement, props: PaneProps) => PaneView

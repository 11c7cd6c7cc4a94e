import type { StreamClient } from '@keepstream/core'
import type { Message } from '../../shared/chat'

/** The border between the page and a pane's content: whichever framework renders it, it is given this and nothing else. */
export interface PaneProps {
  /** Asks, or looks on. */
  readonly kind: 'driver' | 'follower'
  /** A follower alone on its page: it has no driver beside it. */
  readonly isLone: boolean
  /** Each pane has a client of its own. It stays the same as long as the pane is shown. */
  readonly client: StreamClient
  readonly chatId: string | undefined
  /** Oldest first, told apart by `streamId`; `undefined` while they are loaded. */
  readonly messages: readonly PaneMessage[] | undefined
  /** Why the question could not be asked, or the conversation not be read. */
  readonly problem: string | undefined
  /** Where a follower's foot leads: to this conversation in a page of its own, and from there back to both panes. */
  readonly otherView: string
  /** Resolves with whether the question was taken. */
  readonly onAsk: (prompt: string) => Promise<boolean>
}

export interface PaneMessage extends Message {
  /** The question was asked in this pane since the page was loaded: its answer is driven here. */
  readonly isDriven: boolean
}

export interface PaneView {
  update(props: PaneProps): void
  unmount(): void
}

/** Renders a pane's content into an empty element, at once: when it returns, what is known is on the screen. */
export type MountPane = (target: HTMLElement, props: PaneProps) => PaneView

import type { Initial, StreamClient, StreamState } from '@keepstream/core'

/** The data of a page. The page contains it as JSON. */
export interface PageData {
  readonly id?: string | undefined
  readonly initial?: Initial | undefined
  readonly start?: boolean | undefined
  /** Whether there is a second reply, whose code arrives later than the page's. */
  readonly hasLate?: boolean | undefined
  /** The initial text of the late reply, if it differs from `initial`. */
  readonly lateInitial?: Initial | undefined
}

/** The id of a reply's element in the page. */
export type ReplyName = 'early' | 'late'

/** What a reply shows on the screen. */
export type ShownReply = Pick<StreamState, 'text' | 'status' | 'connection'>

/** Records what a reply shows, in the order of the renders. Returns the text. `value` is that of the fold `letters`. */
export type Note = (name: ReplyName, reply: ShownReply & { readonly value: string }) => string

export interface ReplyProps extends Pick<PageData, 'id' | 'initial' | 'start'> {
  readonly name: ReplyName
  readonly note: Note
}

export interface PageProps extends PageData {
  /** For the framework's provider. */
  readonly client: StreamClient
  readonly note: Note
  /** Resolves when the late reply's code arrives. */
  readonly arrival: Promise<unknown>
}

/** Renders a whole page to markup with one of the framework's renderers. */
export type RenderPage = (props: PageProps) => string | Promise<string>

/** The exports of each framework's `server` module. */
export interface ServerModule {
  /** The renderers, by the framework's names for them. */
  readonly renderers: Readonly<Record<string, RenderPage>>
  /** The renderer that waits for late code. */
  readonly renderPage: RenderPage
  /** The markup that the document's head must contain. */
  readonly head: string
}

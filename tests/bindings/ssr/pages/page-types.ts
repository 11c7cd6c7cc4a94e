import type { Snapshot, StreamClient, StreamState } from '@keepstream/core'

/** What a page is about. It travels in the page as JSON. */
export interface PageData {
  readonly id?: string | undefined
  readonly initial?: Snapshot | undefined
  readonly driven?: boolean | undefined
  /** Whether there is a second reply, whose code arrives later than the page's. */
  readonly hasLate?: boolean | undefined
  /** What the late reply was rendered with, if that is not `initial`. */
  readonly lateInitial?: Snapshot | undefined
}

/** Where a reply stands in the page: its element's id. */
export type ReplyName = 'early' | 'late'

/** What stands on the screen of a reply. */
export type ShownReply = Pick<StreamState, 'text' | 'status' | 'connection'>

/** Takes down what a reply shows, in the order it was rendered; answers with the text. */
export type Note = (name: ReplyName, reply: ShownReply) => string

export interface ReplyProps extends Pick<PageData, 'id' | 'initial' | 'driven'> {
  readonly name: ReplyName
  readonly client: StreamClient
  readonly note: Note
}

export interface PageProps extends PageData {
  readonly client: StreamClient
  readonly note: Note
  /** The arrival of the late reply's code. */
  readonly arrival: Promise<unknown>
}

/** Renders a page to its markup, whole, by one of the framework's ways to do so. */
export type RenderPage = (props: PageProps) => string | Promise<string>

/** What the `server` module of each framework exports. */
export interface ServerModule {
  /** By the framework's own names for them. */
  readonly renderers: Readonly<Record<string, RenderPage>>
  /** The one that waits for late code. */
  readonly renderPage: RenderPage
  /** What the document's head must hold. */
  readonly head: string
}

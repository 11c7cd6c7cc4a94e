import type { SubscriptionSink } from '@keepstream/core'

/**
 * What a page shows: the components of docs/markdown.md, and what one writes without a fold: all of the text in the same markdown
 * component, or in one text node.
 */
export type ViewName = 'blocks' | 'whole' | 'pieces' | 'one-node'

/** What a test does with a page. */
export interface MarkdownPage {
  /** Shows a text that is not finished, in place of the one before. */
  open(view: ViewName, text: string): Promise<void>
  /** Adds each delta to the text in a frame of its own. The page stays scrolled to its end. */
  grow(deltas: readonly string[]): Promise<void>
  /** The number of characters on the screen. */
  shown(): number
}

/** A text that grows in the page itself, so that nothing else has to be done for it. */
export function growingText(initial: string) {
  let text = ''
  const sinks = new Set<SubscriptionSink>()
  function push(delta: string) {
    const offset = text.length
    text += delta
    for (const sink of sinks) sink.next({ offset, text: delta, status: 'streaming' })
  }
  push(initial)
  const snapshot = {
    subscribe(_: unknown, sink: SubscriptionSink) {
      sinks.add(sink)
      sink.next({ offset: 0, text, status: 'streaming' })
      return () => sinks.delete(sink)
    },
  }
  return { snapshot, push }
}

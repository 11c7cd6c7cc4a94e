/** @jsxImportSource solid-js */
import { createEffect, createMemo, createSignal, Index, onCleanup } from 'solid-js'
import { createSections } from '../shared/markdown/create-sections'
import { showMore } from '../shared/markdown/show-more'
import { toSafeHtml } from '../shared/markdown/to-safe-html'

export interface MarkdownProps {
  readonly text: string
  /** More text may come. */
  readonly isGrowing: boolean
}

/** Shows markdown that may still grow. A block is rendered again only when it changes. */
export function Markdown(props: MarkdownProps) {
  const toSections = createSections()
  const sections = createMemo(() => toSections(props.text, props.isGrowing))
  const [limit, setLimit] = createSignal(1)
  createEffect(() => onCleanup(showMore(limit(), sections().length, setLimit)))
  return (
    <div class="markdown">
      <Index each={sections().slice(0, limit())}>
        {(blocks) => (
          <div class="section">
            <Index each={blocks()}>{(block) => <div class="block" innerHTML={toSafeHtml(block())} />}</Index>
          </div>
        )}
      </Index>
    </div>
  )
}

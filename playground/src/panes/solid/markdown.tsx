/** @jsxImportSource solid-js */
import { Index } from 'solid-js'
import { toBlocks } from '../shared/to-blocks'
import { toSafeHtml } from '../shared/to-safe-html'

export interface MarkdownProps {
  readonly text: string
  /** More of it is coming. */
  readonly isGrowing: boolean
}

/** Shows markdown that may still grow. A block is rendered again only when it is another one. */
export function Markdown(props: MarkdownProps) {
  return (
    <div class="markdown">
      <Index each={toBlocks(props.text, props.isGrowing)}>
        {(block) => <div class="block" innerHTML={toSafeHtml(block())} />}
      </Index>
    </div>
  )
}

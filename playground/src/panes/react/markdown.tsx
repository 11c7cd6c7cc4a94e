import { memo, useMemo } from 'react'
import { toBlocks } from '../shared/to-blocks'
import { toSafeHtml } from '../shared/to-safe-html'

export interface MarkdownProps {
  readonly text: string
  /** More of it is coming. */
  readonly isGrowing: boolean
}

/** Shows markdown that may still grow. A block is rendered again only when it is another one. */
export const Markdown = memo(function Markdown({ text, isGrowing }: MarkdownProps) {
  const blocks = useMemo(() => toBlocks(text, isGrowing), [text, isGrowing])
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a growing text never reorders its blocks
        <Block key={index} source={block} />
      ))}
    </div>
  )
})

const Block = memo(function Block({ source }: { readonly source: string }) {
  const html = useMemo(() => ({ __html: toSafeHtml(source) }), [source])
  // biome-ignore lint/security/noDangerouslySetInnerHtml: toSafeHtml makes it harmless
  return <div className="block" dangerouslySetInnerHTML={html} />
})

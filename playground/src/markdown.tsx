import DOMPurify from 'dompurify'
import { memo, useMemo } from 'react'
import { settleTail } from './settle-tail'
import { splitBlocks } from './split-blocks'
import { toHtml } from './to-html'

export interface MarkdownProps {
  readonly text: string
  /** More of it is coming. */
  readonly isGrowing: boolean
}

/** Shows markdown that may still grow. Rendered again only when the text is another one. */
export const Markdown = memo(function Markdown({ text, isGrowing }: MarkdownProps) {
  const blocks = useMemo(() => splitBlocks(text), [text])
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a growing text never reorders its blocks
        <Block key={index} source={isGrowing && index === blocks.length - 1 ? settleTail(block) : block} />
      ))}
    </div>
  )
})

const Block = memo(function Block({ source }: { readonly source: string }) {
  const html = useMemo(
    () => DOMPurify.sanitize(toHtml(source), { ADD_ATTR: ['target'], FORBID_TAGS: forbidden }),
    [source],
  )
  // biome-ignore lint/security/noDangerouslySetInnerHtml: made harmless by toHtml, and once more by DOMPurify
  return <div className="block" dangerouslySetInnerHTML={{ __html: html }} />
})

const forbidden = [
  'style',
  'form',
  'input',
  'button',
  'textarea',
  'select',
  'img',
  'picture',
  'video',
  'audio',
  'svg',
  'math',
]

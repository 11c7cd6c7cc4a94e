import DOMPurify from 'dompurify'
import { memo, useMemo } from 'react'
import { splitBlocks } from './split-blocks'
import { toHtml } from './to-html'

export interface MarkdownProps {
  readonly text: string
}

/** Shows markdown that may still grow. Rendered again only when the text is another one. */
export const Markdown = memo(function Markdown({ text }: MarkdownProps) {
  const blocks = useMemo(() => splitBlocks(text), [text])
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

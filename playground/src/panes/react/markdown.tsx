import { memo, useEffect, useMemo, useState } from 'react'
import { type Section as Blocks, createSections } from '../shared/markdown/create-sections'
import { showMore } from '../shared/markdown/show-more'
import { toSafeHtml } from '../shared/markdown/to-safe-html'

export interface MarkdownProps {
  readonly text: string
  /** More text may come. */
  readonly isGrowing: boolean
}

/** Shows markdown that may still grow. A block is rendered again only when it changes. */
export const Markdown = memo(function Markdown({ text, isGrowing }: MarkdownProps) {
  const [toSections] = useState(() => createSections())
  const sections = useMemo(() => toSections(text, isGrowing), [toSections, text, isGrowing])
  const [limit, setLimit] = useState(1)
  useEffect(() => showMore(limit, sections.length, setLimit), [limit, sections.length])
  return (
    <div className="markdown">
      {sections.slice(0, limit).map((blocks, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a growing text never reorders its blocks
        <Section key={index} blocks={blocks} />
      ))}
    </div>
  )
})

const Section = memo(function Section({ blocks }: { readonly blocks: Blocks }) {
  return (
    <div className="section">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a growing text never reorders its blocks
        <Block key={index} source={block} />
      ))}
    </div>
  )
})

const Block = memo(function Block({ source }: { readonly source: string }) {
  const html = useMemo(() => ({ __html: toSafeHtml(source) }), [source])
  // biome-ignore lint/security/noDangerouslySetInnerHtml: toSafeHtml sanitizes it
  return <div className="block" dangerouslySetInnerHTML={html} />
})

/** The examples of docs/markdown.md. */
declare module 'virtual:examples/react' {
  import type { ComponentType } from 'react'
  import type { Options } from 'react-markdown'

  export const MarkdownAnswer: ComponentType<{ id: string }>
  export const PlainAnswer: ComponentType<{ id: string }>
  export const remarkPlugins: Options['remarkPlugins']
  export const rehypePlugins: Options['rehypePlugins']
}

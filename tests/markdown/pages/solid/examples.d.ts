/** The examples of docs/markdown.md. */
declare module 'virtual:examples/solid' {
  import type { Component, ComponentProps } from 'solid-js'
  import type { SolidMarkdown } from 'solid-markdown'

  type Plugins = NonNullable<ComponentProps<typeof SolidMarkdown>['remarkPlugins']>
  export const MarkdownAnswer: Component<{ id: string }>
  export const PlainAnswer: Component<{ id: string }>
  export const remarkPlugins: Plugins
  export const rehypePlugins: Plugins
}

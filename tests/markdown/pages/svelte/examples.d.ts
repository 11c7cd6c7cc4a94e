/** The examples of docs/markdown.md. */
declare module 'virtual:examples/svelte' {
  import type { Component } from 'svelte'
  import type { Plugin } from 'svelte-exmarkdown'

  export const MarkdownAnswer: Component<{ id: string }>
  export const PlainAnswer: Component<{ id: string }>
  export const remarkPlugins: NonNullable<Plugin['remarkPlugin']>[]
  export const rehypePlugins: NonNullable<Plugin['rehypePlugin']>[]
}

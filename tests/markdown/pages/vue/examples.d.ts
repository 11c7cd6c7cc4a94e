/** The examples of docs/markdown.md. */
declare module 'virtual:examples/vue' {
  import type { VueMarkdown } from '@crazydos/vue-markdown'
  import type { Component } from 'vue'

  type Plugins = NonNullable<InstanceType<typeof VueMarkdown>['$props']['remarkPlugins']>
  export const MarkdownAnswer: Component
  export const PlainAnswer: Component
  export const remarkPlugins: Plugins
  export const rehypePlugins: Plugins
}

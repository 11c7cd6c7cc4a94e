import { MarkdownAnswer, PlainAnswer } from 'virtual:examples/vue'
import { StreamPlugin } from '@keepstream/vue'
import { createApp } from 'vue'
import { startPage } from '../start-page'
import OneNode from './one-node.vue'
import WholeMarkdown from './whole-markdown.vue'

const views = { blocks: MarkdownAnswer, whole: WholeMarkdown, pieces: PlainAnswer, 'one-node': OneNode }

startPage((name, target, client) => {
  const app = createApp(views[name], { id: 'a' }).use(StreamPlugin, { client })
  app.mount(target)
  return () => app.unmount()
})

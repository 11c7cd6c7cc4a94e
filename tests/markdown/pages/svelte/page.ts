import { MarkdownAnswer, PlainAnswer } from 'virtual:examples/svelte'
import { mount, unmount } from 'svelte'
import { startPage } from '../start-page'
import OneNode from './one-node.svelte'
import Provided from './provided.svelte'
import WholeMarkdown from './whole-markdown.svelte'

const views = { blocks: MarkdownAnswer, whole: WholeMarkdown, pieces: PlainAnswer, 'one-node': OneNode }

startPage((name, target, client) => {
  const app = mount(Provided, { target, props: { client, View: views[name] } })
  return () => unmount(app)
})

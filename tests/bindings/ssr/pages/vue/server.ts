import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeToNodeWritable, renderToString, renderToWebStream } from '@vue/server-renderer'
import { createSSRApp } from 'vue'
import type { PageProps, ServerModule } from '../page-types'
import Page from './page.vue'

const createApp = (props: PageProps) => createSSRApp(Page, { ...props })
const framed = (markup: string) => `<div id="page">${markup}</div>`

export const { renderers, renderPage, head }: ServerModule = {
  renderers: {
    renderToString: async (props) => framed(await renderToString(createApp(props))),
    async pipeToNodeWritable(props) {
      const sink = new PassThrough()
      pipeToNodeWritable(createApp(props), {}, sink)
      return framed(await text(sink))
    },
    renderToWebStream: async (props) =>
      framed(await text(renderToWebStream(createApp(props)) as unknown as AsyncIterable<Uint8Array>)),
  },
  renderPage: async (props) => framed(await renderToString(createApp(props))),
  head: '',
}

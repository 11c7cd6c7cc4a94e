import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { renderToPipeableStream, renderToReadableStream, renderToStaticMarkup, renderToString } from 'react-dom/server'
import type { PageProps, RenderPage, ServerModule } from '../page-types'
import { createPage } from './page'

const framed = (markup: string) => `<div id="page">${markup}</div>`

const streamed: RenderPage = (props: PageProps) =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const sink = new Writable({
      write(chunk, _, done) {
        chunks.push(chunk)
        done()
      },
      final: (done) => {
        resolve(framed(Buffer.concat(chunks).toString()))
        done()
      },
    })
    const { pipe } = renderToPipeableStream(createPage(props), { onShellReady: () => pipe(sink), onError: reject })
  })

export const { renderers, renderPage, head }: ServerModule = {
  renderers: {
    renderToString: (props) => framed(renderToString(createPage(props))),
    renderToStaticMarkup: (props) => framed(renderToStaticMarkup(createPage(props))),
    renderToPipeableStream: streamed,
    renderToReadableStream: async (props) =>
      framed(await text((await renderToReadableStream(createPage(props))) as AsyncIterable<Uint8Array>)),
  },
  renderPage: streamed,
  head: '',
}

import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { generateHydrationScript, renderToStream, renderToString, renderToStringAsync } from 'solid-js/web'
import type { ServerModule } from '../page-types'
import { Page } from './page'

const framed = (markup: string) => `<div id="page">${markup}</div>`

export const { renderers, renderPage, head }: ServerModule = {
  renderers: {
    renderToString: (props) => framed(renderToString(() => <Page {...props} />)),
    renderToStringAsync: async (props) => framed(await renderToStringAsync(() => <Page {...props} />)),
    async renderToStream(props) {
      const sink = new PassThrough()
      renderToStream(() => <Page {...props} />).pipe(sink)
      return framed(await text(sink))
    },
  },
  renderPage: async (props) => framed(await renderToStringAsync(() => <Page {...props} />)),
  head: generateHydrationScript(),
}

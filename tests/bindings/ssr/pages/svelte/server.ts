import { render } from 'svelte/server'
import type { PageProps, RenderPage, ServerModule } from '../page-types'
import Island from './island.svelte'
import { islandsOf } from './islands'

const outputs = (page: PageProps) => islandsOf(page).map((props) => [props.name, render(Island, { props })] as const)
const framed = (name: string, body: string) => `<div id="island-${name}">${body}</div>`

const rendered: RenderPage = (props) =>
  outputs(props)
    .map(([name, { body }]) => framed(name, body))
    .join('')

export const { renderers, renderPage, head }: ServerModule = {
  renderers: {
    render: rendered,
    'await render': async (props) => {
      const bodies = outputs(props).map(async ([name, output]) => framed(name, (await output).body))
      return (await Promise.all(bodies)).join('')
    },
  },
  renderPage: rendered,
  head: '',
}

import { render } from 'svelte/server'
import type { PageProps, RenderPage, ServerModule } from '../page-types'
import Reply from './reply.svelte'

/** Svelte hydrates late by islands: each is rendered, and hydrated, by a call of its own. */
function islands({ hasLate, arrival: _, ...props }: PageProps) {
  const names = hasLate ? (['early', 'late'] as const) : (['early'] as const)
  return names.map((name) => ({ name, output: render(Reply, { props: { ...props, name } }) }))
}
const framed = (name: string, body: string) => `<div id="${name === 'early' ? 'page' : 'island'}">${body}</div>`

const rendered: RenderPage = (props) =>
  islands(props)
    .map(({ name, output }) => framed(name, output.body))
    .join('')

export const { renderers, renderPage, head }: ServerModule = {
  renderers: {
    render: rendered,
    'await render': async (props) => {
      const bodies = islands(props).map(async ({ name, output }) => framed(name, (await output).body))
      return (await Promise.all(bodies)).join('')
    },
  },
  renderPage: rendered,
  head: '',
}

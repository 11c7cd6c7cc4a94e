import { hydrate } from 'svelte'
import { startPage } from '../start-page'
import Reply from './reply.svelte'

startPage(({ hasLate, arrival, ...props }) => {
  const show = (name: 'early' | 'late', target: string) =>
    hydrate(Reply, { target: document.querySelector(target) as Element, props: { ...props, name } })
  show('early', '#page')
  if (hasLate) arrival.then(() => show('late', '#island'))
})

import { hydrate } from 'svelte'
import type { ReplyProps } from '../page-types'
import { startPage } from '../start-page'
import { islandsOf } from './islands'
import Reply from './reply.svelte'

startPage(async (page) => {
  const [early, late] = islandsOf(page)
  if (early) show(early)
  await page.arrival
  if (late) show(late)
})

function show(props: ReplyProps) {
  hydrate(Reply, { target: document.getElementById(`island-${props.name}`) as Element, props })
}

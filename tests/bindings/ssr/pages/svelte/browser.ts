import { hydrate } from 'svelte'
import { startPage } from '../start-page'
import Island from './island.svelte'
import { type IslandProps, islandsOf } from './islands'

startPage(async (page) => {
  const [early, late] = islandsOf(page)
  if (early) show(early)
  await page.arrival
  if (late) show(late)
})

function show(props: IslandProps) {
  hydrate(Island, { target: document.getElementById(`island-${props.name}`) as Element, props })
}

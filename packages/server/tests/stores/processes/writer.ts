import { writeSync } from 'node:fs'
import { sqliteStore } from '../../../src/stores/sqlite'

/**
 * The program of the child processes: `writer.mjs ACT PATH ID`. It prints a line after the store acknowledged an act. It uses
 * `writeSync`, because a line in a buffer would be lost when the process is killed.
 */
const [act, path = '', id = ''] = process.argv.slice(2)
const store = sqliteStore({ path })
const say = (line: string) => void writeSync(1, `${line}\n`)

/** Each slice differs from its neighbours. */
const slice = (offset: number) => `${String(offset).padStart(9, '0')}\u{1f600};`

if (act === 'append') {
  await store.create(id, null)
  await store.claim(id, { owner: id, leaseMs: 60_000, canTakeOver: false })
  for (let offset = 0; ; ) {
    const result = await store.append(id, { epoch: 1, offset, text: slice(offset) })
    if (result.type !== 'ok') throw new Error(JSON.stringify(result))
    offset = result.offset
    say(String(offset))
  }
} else if (act === 'delete') {
  say(String(await store.delete(id)))
  // Does not exit, so that the kill ends it without any cleanup.
  setInterval(() => {}, 1_000)
} else if (act === 'share') {
  // Appends to its own stream and competes for `id` at the same time.
  const own = `own-${process.pid}`
  await store.create(own, null)
  await store.claim(own, { owner: own, leaseMs: 60_000, canTakeOver: false })
  await store.create(id, null)
  const claim = await store.claim(id, { owner: own, leaseMs: 60_000, canTakeOver: false })
  for (let offset = 0; offset < 150 * slice(0).length; offset += slice(0).length) {
    const result = await store.append(own, { epoch: 1, offset, text: slice(offset) })
    if (result.type !== 'ok') throw new Error(JSON.stringify(result))
    if (offset % 5 === 0) await store.delete(`nothing-${own}`)
  }
  say(JSON.stringify({ own, claim: claim.type }))
  await store.dispose()
}

import { describe, expect, it } from 'vitest'
import { readLive, readProduced } from './read-wire'
import { wires } from './wires'

const readers = [
  ['fetchLive', readLive],
  ['fromDialect', readProduced],
] as const

const bytesOf = (body: string) => new TextEncoder().encode(body)

/** Some places in a body: those around each line end, since a part of an event ends there, and some others. */
function* placesIn(bytes: Uint8Array) {
  for (let place = 0; place < bytes.length; place++)
    if (place % 97 === 0 || bytes[place] === 10 || bytes[place - 1] === 10) yield place
}

describe.each(readers)('%s with each dialect', (_, read) => {
  it.each(wires)('reads $name', async (wire) => {
    expect(await read(wire, [bytesOf(wire.body)])).toEqual(wire.outcome)
  })

  it('reads the same wherever the bytes are cut', async () => {
    for (const wire of wires) {
      const bytes = bytesOf(wire.body)
      const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
      expect(await read(wire, single)).toEqual(wire.outcome)
      for (const cut of placesIn(bytes))
        expect(await read(wire, [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(wire.outcome)
    }
  })

  it('reads only `done` of the whole answer, wherever a body ends (P4)', async () => {
    for (const wire of wires) {
      const bytes = bytesOf(wire.body)
      for (const length of placesIn(bytes)) {
        const outcome = await read(wire, [bytes.subarray(0, length)])
        expect(wire.outcome.text.startsWith(outcome.text)).toBe(true)
        if (outcome.status === 'done') expect(outcome).toEqual(wire.outcome)
      }
    }
  })
})

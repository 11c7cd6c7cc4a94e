import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sqliteStore } from '@keepstream/server/sqlite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { builtWriter } from './processes/built-writer'
import { isInFiles } from './sqlite-file'
import { temporaryFolder } from './temporary-folder'

describe('SQLite and processes', { timeout: 60_000 }, () => {
  let writer: Awaited<ReturnType<typeof builtWriter>>
  beforeAll(async () => {
    writer = await builtWriter()
  }, 60_000)
  afterAll(() => writer?.remove())

  it.each([1, 7, 60, 400])('keeps what was acknowledged when the process is killed after %i appends', async (count) => {
    const path = join(temporaryFolder(), 'streams.db')
    const child = start('append', path, 'victim')
    let acknowledged = 0
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      lines += 1
      if (lines === count) child.kill('SIGKILL')
    }
    await exited(child)
    expect(lines).toBeGreaterThanOrEqual(count)

    const store = opened(path)
    const range = await store.read('victim', 0, Number.MAX_SAFE_INTEGER)
    const text = range?.text ?? ''
    expect(text.length).toBeGreaterThanOrEqual(acknowledged)
    expect(text).toBe(slices(text.length))
    expect(range?.head).toMatchObject({ status: 'streaming', epoch: 1, offset: text.length })
    expect(await store.append('victim', { epoch: 1, offset: text.length, text: 'x' })).toMatchObject({ type: 'ok' })
  })

  it('keeps a delete that was acknowledged when the process is killed, to the last byte', async () => {
    const path = join(temporaryFolder(), 'streams.db')
    const store = opened(path)
    for (const id of ['victim', 'neighbour']) {
      await store.create(id, null)
      await store.claim(id, { owner: id, leaseMs: 60_000, canTakeOver: false })
      for (let offset = 0; offset < 60_000; offset += 6_000) {
        await store.append(id, { epoch: 1, offset, text: `${id}-`.repeat(6_000).slice(0, 6_000) })
      }
    }
    expect(isInFiles(path, 'victim-'.repeat(3))).toBe(true)

    const child = start('delete', path, 'victim')
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    child.kill('SIGKILL')
    await exited(child)
    expect(line).toBe('true')
    expect(isInFiles(path, 'victim-'.repeat(3))).toBe(false)
    expect(await store.heads(['victim', 'neighbour'])).toMatchObject([{ id: 'neighbour', offset: 60_000 }])
  })

  it('is opened, claimed and written by several processes at once', async () => {
    const path = join(temporaryFolder(), 'a', 'streams.db')
    const children = Array.from({ length: 4 }, () => start('share', path, 'shared'))
    const outputs = await Promise.all(
      children.map(async (child) => {
        const [line] = await once(createInterface({ input: child.stdout }), 'line')
        expect(await exited(child)).toBe(0)
        return JSON.parse(String(line)) as { own: string; claim: string }
      }),
    )
    expect(outputs.map(({ claim }) => claim).sort()).toEqual(['busy', 'busy', 'busy', 'claimed'])
    const store = opened(path)
    for (const { own } of outputs) {
      expect((await store.read(own, 0, Number.MAX_SAFE_INTEGER))?.text).toBe(slices(150 * 12))
    }
  })

  function start(...args: string[]) {
    const child = spawn(process.execPath, [writer.script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
})

function opened(path: string) {
  const store = sqliteStore({ path })
  onTestFinished(() => store.dispose())
  return store
}

/** The text that `writer.ts` appends, up to a length. */
function slices(length: number): string {
  let text = ''
  while (text.length < length) text += `${String(text.length).padStart(9, '0')}\u{1f600};`
  return text.slice(0, length)
}

async function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

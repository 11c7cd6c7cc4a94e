import { expectEqual } from './expect'
import type { CaseContext } from './types'

/** Creates a stream, claims it for `owner` under epoch 1 and appends `text`. */
export async function startStream(context: CaseContext, text = '', owner = 'owner'): Promise<string> {
  const { store, leaseMs } = context
  const id = context.id()
  expectEqual(await store.create(id, null), 'created', 'create')
  expectEqual(
    await store.claim(id, { owner, leaseMs, canTakeOver: false }),
    { type: 'claimed', epoch: 1, offset: 0, meta: null },
    'the first claim',
  )
  if (text !== '') {
    expectEqual(
      await store.append(id, { epoch: 1, offset: 0, text }),
      { type: 'ok', offset: text.length, stopRequested: false },
      'the first append',
    )
  }
  return id
}

/** The whole stored text. */
export async function readAll(context: Pick<CaseContext, 'store'>, id: string): Promise<string | undefined> {
  return (await context.store.read(id, 0, Number.MAX_SAFE_INTEGER))?.text
}

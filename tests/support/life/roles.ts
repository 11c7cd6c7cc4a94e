import { expect } from 'vitest'
import type { Answer } from './answer'
import type { LifeServer } from './life-server'
import type { OpenedPage } from './open-page'
import type { LifePage } from './page'

declare const life: LifePage

/** The role of a page that reads an answer, and its first request. */
export const roles = [
  ['driver', 'drive'],
  ['follower', '0'],
] as const

export type Role = (typeof roles)[number][0]

/** Opens a page mid-answer and waits until it shows all text written so far. */
export async function openInMidAnswer(
  server: LifeServer,
  open: (url: string) => Promise<OpenedPage>,
  role: Role,
  isPrivate?: boolean,
): Promise<{ answer: Answer; page: OpenedPage }> {
  const isDriver = role === 'driver'
  const answer = isDriver ? await server.createAnswer() : await server.beginAnswer()
  const page = await open(server.page({ [isDriver ? 'drive' : 'follow']: [answer], isPrivate }))
  await page.until(answer, ({ connection }) => connection === 'live')
  await answer.grow(10)
  await page.untilCurrent(answer)
  return { answer, page }
}

/**
 * Ends the answer. Checks that the page shows all of it, that no text ever disappeared, and that it was generated once.
 */
export async function expectWhole(page: OpenedPage, answer: Answer): Promise<void> {
  await answer.grow()
  answer.finish()
  await page.until(answer, ({ status }) => status === 'done')
  expect(await page.text(answer)).toBe(answer.text)
  expect(await page.read(() => life.problems)).toEqual([])
  expect(answer.runs).toBe(1)
}

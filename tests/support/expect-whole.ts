import { expect } from 'vitest'
import type { PlaygroundPage } from './playground-page'

/** Checks that both panes show the whole stored text with its status. Returns the text. */
export async function expectWhole(serverUrl: string, shown: PlaygroundPage, status: string): Promise<string> {
  const driver = await shown.until('Driver', (answer) => answer.status === status)
  const follower = await shown.until('Follower', (answer) => answer.status === status)
  const stored = await readStored(serverUrl, shown)
  expect(stored.status).toBe(status)
  expect(stored.text.length).toBeGreaterThan(0)
  expect(driver.characters).toBe(stored.text.length)
  expect(follower.characters).toBe(stored.text.length)
  expect(follower.html).toBe(driver.html)
  return stored.text
}

/** Reads the stored last answer of the conversation in the page's address. */
export async function readStored(serverUrl: string, shown: PlaygroundPage): Promise<{ text: string; status: string }> {
  const chatId = new URL(shown.page.url()).pathname.replace('/c/', '')
  const chat = await (await fetch(`${serverUrl}/api/chats/${chatId}`)).json()
  const { streamId } = (chat as { messages: { streamId: string }[] }).messages.at(-1) ?? { streamId: '' }
  const response = await fetch(`${serverUrl}/api/streams/${streamId}`, { headers: { accept: 'application/json' } })
  return (await response.json()) as { text: string; status: string }
}

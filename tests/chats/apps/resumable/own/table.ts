import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** The table of chats: a file that all processes of the server share. */
export function openTable<Row>() {
  const path = 'chats.json'

  function rows(): Record<string, Row> {
    try {
      return JSON.parse(readFileSync(path, 'utf8'))
    } catch {
      // Nothing was asked yet.
      return {}
    }
  }
  return {
    get: (id: string): Row | undefined => rows()[id],
    set(id: string, row: Row): void {
      writeFileSync(`${path}.new`, JSON.stringify({ ...rows(), [id]: row }))
      renameSync(`${path}.new`, path)
    },
  }
}

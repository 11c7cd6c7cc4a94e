import { randomBytes } from 'node:crypto'
import Database from 'libsql'
import type { Chat, ChatSummary } from '../shared/chat'

/** The result of adding a question. */
export type AddResult =
  | { readonly type: 'added'; readonly chatId: string }
  | { readonly type: 'unknown' }
  | { readonly type: 'full' }

/** The conversations, in a SQLite file: the questions, and the streams that answer them. */
export interface Chats {
  /** Without `chatId`, a new conversation begins. */
  add(question: string, streamId: string, chatId?: string): AddResult
  read(chatId: string): Chat | undefined
  /** The most recently used come first. */
  list(limit: number): ChatSummary[]
  /** The conversation whose question a stream answers. */
  chatOf(streamId: string): Chat | undefined
  questionOf(streamId: string): string | undefined
  /** Idempotent. */
  close(): void
}

const schemaVersion = 1
const maxQuestions = 200
const maxTitleLength = 80

/** Opens or creates the file at `path`. */
export function openChats(path: string, now: () => number = Date.now): Chats {
  const db = new Database(path)
  retryWhileLocked(() => prepareSchema(db, path))
  let isOpen = true

  const insertChat = db.prepare('INSERT INTO chats (id, created_at) VALUES (?, ?)')
  const insertMessage = db.prepare(
    'INSERT INTO messages (stream_id, chat_id, position, question, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const countMessages = db.prepare(`SELECT c.id, COUNT(m.stream_id) AS questions FROM chats c
    LEFT JOIN messages m ON m.chat_id = c.id WHERE c.id = ? GROUP BY c.id`)
  const selectChat = db.prepare('SELECT id, created_at FROM chats WHERE id = ?')
  const selectMessages = db.prepare(
    'SELECT stream_id, question, created_at FROM messages WHERE chat_id = ? ORDER BY position',
  )
  const selectQuestion = db.prepare('SELECT question FROM messages WHERE stream_id = ?')
  const selectChatId = db.prepare('SELECT chat_id FROM messages WHERE stream_id = ?')
  const selectChats = db.prepare(`SELECT c.id, c.created_at, MAX(m.created_at) AS updated_at, COUNT(*) AS questions,
      (SELECT question FROM messages f WHERE f.chat_id = c.id ORDER BY position LIMIT 1) AS title
    FROM chats c JOIN messages m ON m.chat_id = c.id GROUP BY c.id ORDER BY updated_at DESC, c.id LIMIT ?`)

  const add = db.transaction((question: string, streamId: string, chatId?: string): AddResult => {
    const id = chatId ?? randomBytes(16).toString('base64url')
    const createdAt = now()
    if (chatId === undefined) insertChat.run(id, createdAt)
    const known = countMessages.get(id) as { questions: number } | undefined
    if (known === undefined) return { type: 'unknown' }
    if (known.questions >= maxQuestions) return { type: 'full' }
    insertMessage.run(streamId, id, known.questions, question, createdAt)
    return { type: 'added', chatId: id }
  })

  function read(chatId: string): Chat | undefined {
    const chat = selectChat.get(chatId) as { id: string; created_at: number } | undefined
    if (chat === undefined) return undefined
    const rows = selectMessages.all(chatId) as { stream_id: string; question: string; created_at: number }[]
    const messages = rows.map((row) => ({
      streamId: row.stream_id,
      question: row.question,
      createdAt: row.created_at,
    }))
    return { chatId, title: titleOf(messages[0]?.question ?? ''), createdAt: chat.created_at, messages }
  }

  return {
    add: (question, streamId, chatId) => add.immediate(question, streamId, chatId),
    read,
    list(limit) {
      const rows = selectChats.all(limit) as ChatRow[]
      return rows.map((row) => ({
        chatId: row.id,
        title: titleOf(row.title),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        questions: row.questions,
      }))
    },
    chatOf(streamId) {
      const row = selectChatId.get(streamId) as { chat_id: string } | undefined
      return row && read(row.chat_id)
    },
    questionOf: (streamId) => (selectQuestion.get(streamId) as { question: string } | undefined)?.question,
    close() {
      if (isOpen) db.close()
      isOpen = false
    },
  }
}

interface ChatRow {
  id: string
  created_at: number
  updated_at: number
  questions: number
  title: string
}

/** Retries `act`. When two playgrounds open one file at once, SQLite refuses the second change of the journal mode at once. */
function retryWhileLocked(act: () => void): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      act()
      return
    } catch (error) {
      if (attempt === 50 || !(error instanceof Error && /locked|busy/i.test(error.message))) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40)
    }
  }
}

function prepareSchema(db: Database.Database, path: string): void {
  db.exec('PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (found > schemaVersion) {
    db.close()
    throw new Error(
      `The playground cannot read ${path}: it has schema ${found}, this version knows ${schemaVersion}. ` +
        'Update the playground, or set DATA_DIR to another folder.',
    )
  }
  if (found === schemaVersion) return
  db.exec(`BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS chats (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS messages (
      stream_id TEXT PRIMARY KEY,
      chat_id TEXT NOT NULL REFERENCES chats (id),
      position INTEGER NOT NULL,
      question TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (chat_id, position)
    ) STRICT;
    PRAGMA user_version = ${schemaVersion};
    COMMIT`)
}

function titleOf(question: string): string {
  const line = question.replace(/\s+/g, ' ').trim()
  return line.length <= maxTitleLength ? line : `${line.slice(0, maxTitleLength - 1).trimEnd()}…`
}

export interface Message {
  /** The stream with the answer. */
  readonly streamId: string
  readonly question: string
  /** In milliseconds since 1970. */
  readonly createdAt: number
}

export interface ChatSummary {
  readonly chatId: string
  /** The first question, shortened. */
  readonly title: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly questions: number
}

export interface Chat {
  readonly chatId: string
  readonly title: string
  readonly createdAt: number
  /** Oldest first. */
  readonly messages: readonly Message[]
}

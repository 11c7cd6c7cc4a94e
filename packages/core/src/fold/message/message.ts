/** Whether text is still added. A part that was never closed, as after a stop, stays `streaming`. */
export type PartProgress = 'streaming' | 'done'

type ProviderMetadata = Record<string, Record<string, unknown>>

export interface TextPart {
  readonly type: 'text'
  readonly text: string
  readonly state: PartProgress
  readonly providerMetadata?: ProviderMetadata | undefined
}

export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly id: string
  readonly text: string
  readonly state: PartProgress
  readonly providerMetadata?: ProviderMetadata | undefined
}

/** What the parts of all tools have. */
export interface ToolFields {
  readonly toolCallId: string
  readonly state:
    | 'input-streaming'
    | 'input-available'
    | 'approval-requested'
    | 'approval-responded'
    | 'output-available'
    | 'output-error'
    | 'output-denied'
  /** Undefined while the state is `input-streaming`, except for a tool whose input is text. */
  readonly input?: unknown
  /** The text of the input so far, while the state is `input-streaming`. */
  readonly rawInput?: unknown
  readonly inputEncoding?: 'json' | 'text' | undefined
  readonly output?: unknown
  /** More outputs follow. */
  readonly preliminary?: boolean | undefined
  readonly errorText?: string | undefined
  readonly title?: string | undefined
  readonly toolMetadata?: Record<string, unknown> | undefined
  readonly providerExecuted?: boolean | undefined
  readonly callProviderMetadata?: ProviderMetadata | undefined
  readonly resultProviderMetadata?: ProviderMetadata | undefined
  readonly approval?: {
    readonly id: string
    readonly approved?: boolean | undefined
    readonly reason?: string | undefined
  }
}

/** A call of a tool that the server knows by its name. */
export interface ToolPart extends ToolFields {
  readonly type: `tool-${string}`
}

/** A call of a tool that was not known before, such as one of an MCP server. */
export interface DynamicToolPart extends ToolFields {
  readonly type: 'dynamic-tool'
  readonly toolName: string
}

export interface SourceUrlPart {
  readonly type: 'source-url'
  readonly sourceId: string
  readonly url: string
  readonly title?: string
}

export interface SourceDocumentPart {
  readonly type: 'source-document'
  readonly sourceId: string
  readonly mediaType: string
  readonly title: string
  readonly filename?: string
}

export interface FilePart {
  readonly type: 'file' | 'reasoning-file'
  readonly mediaType: string
  readonly url: string
}

/** Data of the application. A later one of the same type and `id` replaces it. */
export interface DataPart {
  readonly type: `data-${string}`
  readonly id?: string
  readonly data: unknown
}

/** A step of an agent begins. */
export interface StepStartPart {
  readonly type: 'step-start'
}

/** A part of an answer, in the words of the AI SDK's `UIMessage`. */
export type Part =
  | TextPart
  | ReasoningPart
  | ToolPart
  | DynamicToolPart
  | SourceUrlPart
  | SourceDocumentPart
  | FilePart
  | DataPart
  | StepStartPart

/** An answer as the AI SDK's `UIMessage`. */
export interface Message<OfPart = Part, Metadata = unknown> {
  /** The `messageId` that the server sent. It is empty if it sent none. */
  readonly id: string
  readonly role: 'assistant'
  /** All that the server sent as `messageMetadata`, merged. */
  readonly metadata: Metadata | undefined
  readonly parts: readonly OfPart[]
}

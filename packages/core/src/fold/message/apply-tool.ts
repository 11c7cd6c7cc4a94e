import { deltaOf, type UiChunk } from '../../marks/chunk'

/** A part or a chunk of any type. */
export type Fields = Readonly<Record<string, unknown>>

/** What each chunk makes of the state of its tool call. */
const states: Readonly<Record<string, string>> = {
  'tool-input-start': 'input-streaming',
  'tool-input-delta': 'input-streaming',
  'tool-input-available': 'input-available',
  'tool-input-error': 'output-error',
  'tool-approval-request': 'approval-requested',
  'tool-approval-response': 'approval-responded',
  'tool-output-available': 'output-available',
  'tool-output-error': 'output-error',
  'tool-output-denied': 'output-denied',
}

/** Where the parts of the current step begin. */
export function stepOf(parts: readonly Fields[]): number {
  let index = parts.length
  while (index > 0 && parts[index - 1]?.['type'] !== 'step-start') index--
  return index
}

/** Changes the part of a tool call. Only its input begins one. */
export function applyTool(parts: Fields[], chunk: UiChunk): void {
  const { type, dynamic, toolCallId, toolName, providerMetadata } = chunk
  const state = states[type]
  const index = findCall(parts, chunk)
  const found = parts[index]
  const fits = type === 'tool-input-delta' ? found?.['state'] === state : found || (isInput(type) && toolName)
  if (!state || !fits) return
  const before = found ?? { type: dynamic && 'dynamic-tool', toolCallId }
  const metadata = `${state.startsWith('output') ? 'result' : 'call'}ProviderMetadata`
  parts[index] = { ...change(before, chunk), state, ...(providerMetadata ? { [metadata]: providerMetadata } : {}) }
}

const isInput = (type: string) => type.startsWith('tool-input')

/** Where the part of the call is, or would begin. Input belongs to the current step alone. */
function findCall(parts: readonly Fields[], { type, toolCallId, approvalId }: UiChunk): number {
  // A response names its approval, and not the call.
  const isCall = (part?: Fields) =>
    toolCallId
      ? part?.['toolCallId'] === toolCallId
      : approvalId && (part?.['approval'] as Fields)?.['id'] === approvalId
  const first = isInput(type) ? stepOf(parts) : 0
  for (let index = parts.length - 1; index >= first; index--) if (isCall(parts[index])) return index
  return parts.length
}

function change(before: Fields, chunk: UiChunk): Fields {
  if (chunk.type === 'tool-input-delta') return addInput(before, chunk)
  return chunk['approvalId'] ? { ...before, ...approval(before, chunk) } : setFields(before, chunk)
}

function addInput(before: Fields, chunk: UiChunk): Fields {
  const rawInput = `${before['rawInput'] ?? ''}${deltaOf(chunk) ?? ''}`
  return { ...before, rawInput, input: before['inputEncoding'] === 'text' ? rawInput : undefined }
}

function approval(before: Fields, chunk: UiChunk): Fields {
  const {
    type,
    toolCallId,
    approvalId: id,
    providerExecuted = before['providerExecuted'],
    providerMetadata,
    ...answer
  } = chunk
  if (type === 'tool-approval-response')
    return { providerExecuted, approval: { ...(before['approval'] as Fields), ...answer } }
  const { approvalDescriptor: descriptor, reason: requestReason, ...asked } = answer
  return { approval: { id, descriptor, requestReason, ...asked } }
}

/** Keeps what a later chunk of a call does not send again. */
function setFields(before: Fields, { type, dynamic, toolName, providerMetadata, ...fields }: UiChunk): Fields {
  const { output, errorText, preliminary, inputEncoding, rawInput, ...kept } = before
  const name = kept['type'] === 'dynamic-tool' ? { toolName } : { type: `tool-${toolName}` }
  return { ...kept, ...(toolName !== undefined && name), ...fields }
}

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

/** Changes the part of a tool call. Only its input begins one, and looks for it in the current step alone. */
export function applyTool(parts: Fields[], chunk: UiChunk): void {
  const { type, dynamic, toolCallId, approvalId, providerMetadata } = chunk
  const state = states[type]
  const isInput = type.startsWith('tool-input')
  const isDelta = type === 'tool-input-delta'
  const first = isInput ? stepOf(parts) : 0
  // A response names its approval, and not the call.
  const isCall = (part?: Fields) =>
    toolCallId
      ? part?.['toolCallId'] === toolCallId
      : approvalId && (part?.['approval'] as Fields)?.['id'] === approvalId
  let index = parts.length - 1
  while (index >= first && !isCall(parts[index])) index--
  const found = index < first ? undefined : parts[index]
  if (!state || (isDelta ? found?.['state'] !== state : !(found || (isInput && chunk['toolName'])))) return
  const before: Fields = found ?? { type: dynamic && 'dynamic-tool', toolCallId }
  parts[found ? index : parts.length] = {
    ...(isDelta
      ? addInput(before, chunk)
      : approvalId
        ? { ...before, ...approval(before, chunk) }
        : setFields(before, chunk)),
    state,
    ...(providerMetadata
      ? { [`${state.startsWith('output') ? 'result' : 'call'}ProviderMetadata`]: providerMetadata }
      : {}),
  }
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
